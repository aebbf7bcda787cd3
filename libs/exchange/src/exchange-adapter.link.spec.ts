import { adapterHarness } from './testing/adapter-harness';
import { binanceFrames, TEST_START } from './testing/venue-frames';

const { trade, quote, acked } = binanceFrames;

describe('a connection', () => {
  it('to a mute peer is terminated when its ping stays unanswered', () => {
    const { transport, log, pass } = adapterHarness();
    const socket = transport.latest.opens();
    socket.says(acked(1));
    pass(20_000);
    expect(socket.pings).toHaveLength(1);
    pass(9_999);
    expect(socket.ended).toBeNull();
    pass(100);
    expect(socket.ended).toBe('terminated');
    expect(log.sentences.at(-1)).toMatch(/^The connection to Binance ended: nothing heard for \d+ ms\.$/);
  });

  it('to a peer that answers its pings lives', () => {
    const { transport, pass } = adapterHarness({ config: { silenceLimitMs: null } });
    const socket = transport.latest.opens();
    for (let count = 0; count < 20; count += 1) {
      pass(20_000);
      socket.pongs('');
    }
    expect(socket.ended).toBeNull();
  });

  it('that answers its pings but sends no frame any more is terminated', () => {
    const { transport, pass } = adapterHarness();
    const socket = transport.latest.opens();
    for (let second = 0; second < 50; second += 1) {
      socket.says(quote('99', '101'));
      pass(1_000);
    }
    for (let second = 0; second < 58; second += 1) {
      pass(1_000);
      socket.pongs('');
    }
    expect(socket.ended).toBeNull();
    pass(2_000);
    expect(socket.ended).toBe('terminated');
  });

  it('that fails again and again is dialled with growing pauses up to the cap, drawn from their whole range', () => {
    const draws = [0.999, 0, 0.5];
    let draw = 0;
    const random = () => draws[draw++ % draws.length] as number;
    const { transport, pass } = adapterHarness({ venue: 'bybit', symbols: ['BTC/USDT'], random });
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const dialled = transport.connections.length;
      transport.latest.opens().cuts();
      let waited = 0;
      for (; transport.connections.length === dialled; waited += 250) pass(250);
      waits.push(waited);
    }
    expect(waits).toEqual([1_000, 250, 2_000, 8_000, 250, 15_000, 30_000, 250, 15_000]);
  });

  it('that lasted is dialled again as if it were the first time', () => {
    const { transport, pass } = adapterHarness();
    for (let attempt = 0; attempt < 4; attempt += 1) {
      transport.latest.opens().cuts();
      pass(15_000);
    }
    const socket = transport.latest.opens();
    socket.says(acked(1), trade(1));
    pass(11_000);
    socket.cuts();
    const dialled = transport.connections.length;
    pass(500);
    expect(transport.connections).toHaveLength(dialled + 1);
  });

  it('is not dialled more often than the venue allows', () => {
    const { transport, pass } = adapterHarness({ venue: 'coinbase', symbols: ['BTC/USD'], random: () => 0 });
    for (let step = 0; step < 900; step += 1) {
      transport.latest.cuts();
      pass(1);
    }
    expect(transport.connections).toHaveLength(8);
    pass(200);
    expect(transport.connections.length).toBeGreaterThan(8);
  });

  it('is closed by a disconnect, which records no gap and dials no more', () => {
    const { adapter, transport, gaps, pass } = adapterHarness();
    transport.latest.opens().says(acked(1), trade(1));
    adapter.disconnect();
    expect(transport.latest.ended).toBe('closed');
    pass(100_000);
    expect(transport.connections).toHaveLength(1);
    expect(gaps()).toEqual([]);
  });
});

describe('a paused adapter', () => {
  const paused = () => {
    const harness = adapterHarness({ config: { pauseMaxMs: 200_000 } });
    const socket = harness.transport.latest.opens();
    socket.says(acked(1), trade(10));
    harness.adapter.pause();
    return { ...harness, socket };
  };

  it('reads no more and judges nobody meanwhile', () => {
    const { adapter, socket, pass } = paused();
    expect(socket.paused).toBe(true);
    pass(190_000);
    expect(socket.ended).toBeNull();
    adapter.resume();
    expect(socket.paused).toBe(false);
    pass(29_000);
    expect(socket.ended).toBeNull();
    pass(2_000);
    expect(socket.ended).toBe('terminated');
  });

  it('says so', async () => {
    const { adapter, metrics } = paused();
    expect(adapter.readiness().reason).toBe('Reading Binance is paused: its records cannot be passed on.');
    expect((await metrics.connectionStatus.get()).values).toMatchObject([{ value: 0.5 }]);
  });

  it('disconnects when the pause lasts too long, and connects when it ends', () => {
    const { adapter, transport, gaps, pass } = adapterHarness();
    transport.latest.opens().says(acked(1), trade(10));
    adapter.pause();
    pass(14_999);
    expect(transport.latest.ended).toBeNull();
    pass(1);
    expect(transport.latest.ended).toBe('closed');
    expect(gaps()).toMatchObject([{ cause: 'backpressure', status: 'open', afterTradeId: '10' }]);
    pass(60_000);
    expect(transport.connections).toHaveLength(1);
    adapter.resume();
    expect(transport.connections).toHaveLength(2);
  });

  it('does not dial while it is paused', () => {
    const { adapter, transport, pass } = adapterHarness();
    transport.latest.opens().cuts();
    adapter.pause();
    pass(60_000);
    expect(transport.connections).toHaveLength(1);
    adapter.resume();
    expect(transport.connections).toHaveLength(2);
  });
});

describe('a clock record', () => {
  it('comes once a second for each partition and names its subscribed symbols and the venue’s present', async () => {
    const { transport, clocks, pass, metrics } = adapterHarness({
      symbols: ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'],
    });
    const socket = transport.latest.opens();
    pass(1_000);
    expect(clocks()).toEqual([]);
    // Sent at TEST_START + 901 by the venue's clock, arrived at TEST_START + 1,000 by ours.
    socket.says(trade(1, TEST_START + 900));
    pass(1_000);
    expect(clocks()).toEqual([
      { exchange: 'binance', symbols: ['BTC/USDT'], timestamp: TEST_START + 2_000 - 99, offsetMs: 99 },
    ]);
    socket.says(acked(1));
    pass(1_000);
    const named = clocks().slice(1);
    expect(named.flatMap(({ symbols }) => symbols).sort()).toEqual(['BTC/USDT', 'ETH/USDT', 'SOL/USDT']);
    expect(named.every(({ timestamp }) => timestamp === TEST_START + 3_000 - 99)).toBe(true);
    const { values } = await metrics.clockOffset.get();
    expect(values).toMatchObject([{ labels: { exchange: 'binance' }, value: 0.099 }]);
  });

  it('has no offset before one was measured', () => {
    const { transport, clocks, pass } = adapterHarness();
    transport.latest.opens().says(acked(1));
    pass(1_000);
    expect(clocks()).toMatchObject([{ timestamp: TEST_START + 1_000, offsetMs: 0 }]);
  });

  it('takes the median of the offsets, which one late frame does not move', () => {
    const { transport, clocks, pass } = adapterHarness();
    const socket = transport.latest.opens();
    pass(500);
    socket.says(trade(1, TEST_START + 489), trade(2, TEST_START - 5_000), trade(3, TEST_START + 489));
    pass(500);
    expect(clocks()).toMatchObject([{ offsetMs: 10 }]);
  });

  it('does not come without a connection, while paused, or before what piled up has been read', () => {
    const { adapter, transport, clocks, pass, records } = adapterHarness();
    const socket = transport.latest.opens();
    socket.says(acked(1));
    adapter.pause();
    pass(5_000);
    // The answer to an older ping lies in front of what piled up.
    adapter.resume();
    socket.pongs('');
    pass(2_000);
    expect(clocks()).toEqual([]);
    socket.pongs(socket.pings.at(-1) as string);
    pass(1_000);
    expect(clocks()).toHaveLength(1);
    records.length = 0;
    socket.cuts();
    pass(400);
    expect(clocks()).toEqual([]);
  });

  it('is left out when our own process was late, since frames may wait unread', () => {
    const { transport, timers, clocks, pass } = adapterHarness();
    transport.latest.opens().says(acked(1));
    pass(1_000);
    timers.jumpTo(timers.now() + 3_000);
    expect(clocks()).toHaveLength(1);
    pass(1_000);
    expect(clocks()).toHaveLength(2);
  });
});
