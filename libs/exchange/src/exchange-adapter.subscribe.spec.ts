import { adapterHarness } from './testing/adapter-harness';
import { binanceFrames, coinbaseFrames } from './testing/venue-frames';

describe('an adapter subscribes', () => {
  it('to every topic at once, and is ready when the venue has answered', () => {
    const { adapter, transport } = adapterHarness();
    expect(adapter.readiness()).toEqual({ ok: false, reason: 'Binance is not connected: not dialled yet.' });
    const socket = transport.latest.opens();
    expect(socket.url).toBe('ws://venue.test/feed');
    expect(socket.sent.map((text) => JSON.parse(text) as object)).toEqual([
      { method: 'SUBSCRIBE', params: ['btcusdt@trade', 'btcusdt@bookTicker'], id: 1 },
    ]);
    expect(adapter.readiness().reason).toBe(
      'Binance has not confirmed trades of BTC/USDT, quotes of BTC/USDT yet.',
    );
    socket.says(binanceFrames.acked(1));
    expect(adapter.readiness()).toEqual({ ok: true, reason: '' });
  });

  it('and takes the first data of a topic for its answer', () => {
    const { adapter, transport } = adapterHarness();
    transport.latest.opens().says(binanceFrames.trade(1));
    expect(adapter.readiness().reason).toBe('Binance has not confirmed quotes of BTC/USDT yet.');
  });

  it('and names a refused topic in its log and in its readiness', () => {
    const { adapter, transport, log } = adapterHarness();
    const socket = transport.latest.opens();
    socket.says(binanceFrames.refused(1));
    // Which of the two was meant is not said: each is asked for alone.
    expect(socket.sent.slice(1).map((text) => JSON.parse(text) as object)).toEqual([
      { method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 2 },
      { method: 'SUBSCRIBE', params: ['btcusdt@bookTicker'], id: 3 },
    ]);
    socket.says(binanceFrames.acked(3), binanceFrames.refused(2));
    expect(log.sentences.at(-1)).toMatch(/^Binance refused trades of BTC\/USDT: .*unknown symbol/);
    expect(adapter.readiness()).toMatchObject({ ok: false });
    expect(adapter.readiness().reason).toMatch(/^Binance refused trades of BTC\/USDT \(.*unknown symbol.*\)/);
  });

  it('anew to the neighbours of a bad topic, so that it silences no other one', () => {
    const symbols = ['AAA/USDT', 'BBB/USDT', 'CCC/USDT'];
    const { adapter, transport, pass } = adapterHarness({ venue: 'bybit', symbols });
    const socket = transport.latest.opens();
    const argsOf = (index: number): unknown =>
      (JSON.parse(socket.sent[index] as string) as { args: unknown }).args;
    const good = ['publicTrade.AAAUSDT', 'orderbook.1.AAAUSDT', 'publicTrade.CCCUSDT', 'orderbook.1.CCCUSDT'];
    // The venue refuses the whole request, without its id, and names one topic at a time.
    const refusal = (topic: string) => ({
      success: false,
      ret_msg: `Invalid symbol :[${topic}]`,
      op: 'subscribe',
    });
    socket.says(refusal('publicTrade.BBBUSDT'));
    pass(1_000);
    expect(argsOf(1)).toEqual([...good.slice(0, 2), 'orderbook.1.BBBUSDT', ...good.slice(2)]);
    socket.says(refusal('orderbook.1.BBBUSDT'));
    pass(1_000);
    expect(argsOf(2)).toEqual(good);
    socket.says({ success: true, ret_msg: 'subscribe', req_id: '3', op: 'subscribe' });
    expect(adapter.readiness().reason).toMatch(
      /^Bybit refused trades of BBB\/USDT \(.*\), quotes of BBB\/USDT \(.*\)\.$/,
    );
    // Asked for again alone, and listed by then.
    pass(5_000);
    expect(socket.sent.slice(3).map((_, at) => argsOf(3 + at))).toEqual([
      ['publicTrade.BBBUSDT'],
      ['orderbook.1.BBBUSDT'],
    ]);
    for (const id of ['4', '5'])
      socket.says({ success: true, ret_msg: 'subscribe', req_id: id, op: 'subscribe' });
    expect(adapter.readiness().ok).toBe(true);
  });

  it('and asks again for what stays unanswered, and for nothing else', () => {
    const { transport, pass } = adapterHarness({ venue: 'coinbase', symbols: ['BTC/USD'] });
    const socket = transport.latest.opens();
    socket.says(coinbaseFrames.subscribed('matches', 'heartbeat'));
    pass(4_000);
    expect(socket.sent).toHaveLength(1);
    pass(1_500);
    expect(socket.sent.slice(1).map((text) => JSON.parse(text) as object)).toEqual([
      { type: 'subscribe', channels: [{ name: 'ticker', product_ids: ['BTC-USD'] }] },
    ]);
  });

  it('in messages spaced by the limit of the venue, a ping included', () => {
    const symbols = Array.from({ length: 512 }, (_, index) => `C${index}/USDT`);
    const { transport, pass } = adapterHarness({ symbols, config: { pingIntervalMs: 1_000 } });
    const socket = transport.latest.opens();
    const perSecond = [];
    for (let second = 0, seen = 0; second < 4; second += 1) {
      pass(999);
      perSecond.push(socket.sent.length + socket.pings.length - seen);
      seen = socket.sent.length + socket.pings.length;
      pass(1);
    }
    expect(socket.sent).toHaveLength(6);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(5);
  });
});
