import fc from 'fast-check';
import { type AdapterHarness, adapterHarness, type HarnessOptions } from './testing/adapter-harness';
import type { ScriptedConnection } from './testing/scripted-transport';
import { binanceFrames, bybitFrames, TEST_START } from './testing/venue-frames';

const { trade, quote, acked, refused, shutdown } = binanceFrames;
const HOUR = 3_600_000;
/** A venue whose day has 24 minutes. */
const shortLived = { limits: { connectionLifetimeMs: 24 * 60_000 } };
/** Bybit's trade ids rise by more than one. */
const HOLES = 3;
const bybitAck = { success: true, ret_msg: 'subscribe', conn_id: 'x', req_id: '1', op: 'subscribe' };

/** A connection that has carried trade 10 and proven itself, without watchdogs that the test would have to feed. */
function settled(options: HarnessOptions = {}): AdapterHarness & { old: ScriptedConnection } {
  const config = { pingIntervalMs: null, silenceLimitMs: null, ...options.config };
  const harness = adapterHarness({ ...options, config });
  const old = harness.transport.latest.opens();
  if (options.venue === 'bybit') old.says(bybitAck, bybitFrames.trade(String(10 * HOLES), TEST_START));
  else old.says(acked(1), quote('99', '101'), trade(10));
  harness.pass(11_000);
  return { ...harness, old };
}

const ids = ({ ticks }: AdapterHarness): string[] => ticks().map(({ tradeId }) => tradeId);

describe('a connection that the venue cuts after 24 h', () => {
  it('is replaced after 23 h by one that carries data before it is closed: no trade missing or twice, no gap', () => {
    const harness = settled();
    const { old, transport, pass, gaps, timers, ticks, metrics } = harness;
    pass(TEST_START + 23 * HOUR - 1 - timers.now());
    expect(transport.connections).toHaveLength(1);
    pass(1);
    const next = transport.latest;
    expect(next).not.toBe(old);
    old.says(trade(11));
    next.opens();
    old.says(trade(12));
    next.says(acked(1));
    // The new connection is ahead, then behind; both carry every trade from 13 on.
    next.says(trade(13), quote('98', '102'));
    old.says(trade(13), trade(14));
    next.says(trade(14), trade(15));
    expect(old.ended).toBeNull();
    pass(250);
    expect(old.ended).toBe('closed');
    expect(next.ended).toBeNull();
    next.says(trade(16));
    pass(60_000);
    expect(ids(harness)).toEqual(['10', '11', '12', '13', '14', '15', '16']);
    expect(gaps()).toEqual([]);
    // 15 was read before the switch, behind the old connection's quote; 16 goes with the new one's.
    expect(ticks().slice(-2)).toMatchObject([{ quoted: false }, { quoted: true, bid: 98 }]);
    pass(1_000);
    return expect(metrics.ticksRepeated.get()).resolves.toMatchObject({ values: [{ value: 2 }] });
  });

  it('is left at its own time between 22.5 and 23.5 of its 24 hours', () => {
    const leftAt = [0, 0.25, 0.999].map((draw) => {
      const { transport, timers, pass } = settled({ ...shortLived, random: () => draw });
      for (let second = 0; transport.connections.length === 1 && second < 24 * 60; second += 1) pass(1_000);
      return (timers.now() - TEST_START) / 60_000;
    });
    expect(leftAt.map((at) => Math.round(at * 4) / 4)).toEqual([22.5, 22.75, 23.5]);
  });

  it('waits for a new connection whose attempts fail, ever longer', () => {
    const { old, transport, pass, gaps, timers, log } = settled(shortLived);
    pass(TEST_START + 23 * 60_000 - timers.now());
    for (let attempt = 0; attempt < 3; attempt += 1) {
      transport.latest.cuts('connect ECONNREFUSED');
      pass(500 * 2 ** attempt - 1);
      expect(transport.connections).toHaveLength(2 + attempt);
      pass(1);
    }
    expect(log.sentences.at(-1)).toBe('The new connection to Binance failed: connect ECONNREFUSED.');
    // One that is never subscribed counts as failed too.
    const deaf = transport.latest.opens();
    pass(30_000);
    expect(deaf.ended).toBe('closed');
    expect(old.ended).toBeNull();
    expect(gaps()).toEqual([]);
  });

  it('is kept while the new connection is refused what it carries', () => {
    const { old, transport, pass, timers } = settled(shortLived);
    pass(TEST_START + 23 * 60_000 - timers.now());
    const next = transport.latest.opens();
    next.says(refused(1), acked(3), refused(2), quote('99', '101'));
    pass(29_000);
    expect(old.ended).toBeNull();
    pass(1_000);
    expect([old.ended, next.ended]).toEqual([null, 'closed']);
  });

  it('is replaced after a pause that came between', () => {
    const { old, adapter, transport, pass, timers } = settled({
      ...shortLived,
      config: { pauseMaxMs: 60_000 },
    });
    pass(TEST_START + 23 * 60_000 - 1_000 - timers.now());
    adapter.pause();
    pass(30_000);
    expect(transport.connections).toHaveLength(1);
    adapter.resume();
    pass(0);
    expect(transport.connections).toHaveLength(2);
    adapter.pause();
    expect(transport.latest.ended).toBe('closed');
    adapter.resume();
    pass(0);
    expect(transport.connections).toHaveLength(3);
    expect(old.ended).toBeNull();
  });
});

describe('a connection whose end the venue announces', () => {
  it('is replaced at once and read until the new one has taken over', () => {
    const harness = settled();
    const { old, transport, pass, gaps } = harness;
    old.says(shutdown(TEST_START + 11_000));
    expect(transport.connections).toHaveLength(2);
    transport.latest.opens().says(acked(1), trade(12));
    old.says(trade(11), trade(12));
    pass(250);
    expect(old.ended).toBe('closed');
    expect(ids(harness)).toEqual(['10', '11', '12']);
    expect(gaps()).toEqual([]);
  });

  it('may end before: the new one goes on, without a gap where it reaches back far enough', () => {
    const harness = settled();
    const { old, transport, gaps, adapter } = harness;
    old.says(shutdown(TEST_START + 11_000));
    transport.latest.opens().says(acked(1), trade(11), trade(12));
    old.cuts();
    expect(ids(harness)).toEqual(['10', '11', '12']);
    expect(gaps()).toEqual([]);
    expect(adapter.readiness().ok).toBe(true);
    expect(transport.connections).toHaveLength(2);
  });

  it('may end before: the new one goes on, with a gap over exactly what both missed', () => {
    const harness = settled();
    const { old, transport, gaps } = harness;
    old.says(shutdown(TEST_START + 11_000));
    transport.latest.opens().says(acked(1), trade(14), trade(15));
    old.says(trade(11));
    old.cuts();
    expect(ids(harness)).toEqual(['10', '11', '14', '15']);
    expect(gaps()).toMatchObject([
      { afterTradeId: '11', cause: 'disconnect', status: 'open' },
      { afterTradeId: '11', beforeTradeId: '14', missing: 2 },
    ]);
  });

  it('may end before the new one is open, which is a disconnection like any other', () => {
    const harness = settled();
    const { old, transport, gaps, adapter, pass } = harness;
    old.says(shutdown(TEST_START + 11_000));
    old.cuts();
    expect(adapter.readiness().reason).toBe('Binance is not connected: closed with code 1006.');
    expect(gaps()).toMatchObject([{ afterTradeId: '10', status: 'open' }]);
    transport.latest.opens().says(acked(1), trade(11));
    expect(gaps().at(-1)).toMatchObject({ status: 'filled', missing: 0 });
    pass(60_000);
    expect(transport.connections).toHaveLength(2);
  });

  it('is given up when it stays far behind, with a gap over what only it could have brought', () => {
    const harness = settled();
    const { old, transport, gaps, pass } = harness;
    old.says(shutdown(TEST_START + 11_000));
    transport.latest.opens().says(acked(1), trade(13));
    pass(10_000);
    expect(old.ended).toBeNull();
    pass(500);
    expect(old.ended).toBe('closed');
    expect(ids(harness)).toEqual(['10', '13']);
    expect(gaps()).toMatchObject([{ afterTradeId: '10' }, { beforeTradeId: '13', missing: 2 }]);
  });

  it('is read on while the new one is subscribed but carries nothing', () => {
    const { old, transport, pass } = settled();
    old.says(shutdown(TEST_START + 11_000));
    const next = transport.latest.opens();
    next.says(acked(1));
    pass(5_000);
    expect(old.ended).toBeNull();
    next.says(quote('99', '101'));
    pass(250);
    expect(old.ended).toBe('closed');
  });

  it('is not followed in a hurry by ones that announce theirs soon after they took over', () => {
    const { transport, pass } = settled();
    for (let second = 0; second < 120; second += 1) {
      const living = transport.connections.filter(({ ended }) => ended === null);
      for (const socket of living) {
        if (socket.sent.length === 0) socket.opens().says(acked(1));
        socket.says(quote('99', '101'), trade(11 + second));
      }
      if (living.length === 1) transport.latest.says(shutdown(TEST_START));
      pass(1_000);
    }
    expect(transport.connections.length).toBeGreaterThan(4);
    expect(transport.connections.length).toBeLessThan(15);
  });

  it('is not followed in a hurry when all it ever does is announce its end', () => {
    const { transport, pass } = settled();
    let dials = 0;
    for (let second = 0; second < 120; second += 1) {
      if (transport.connections.length > dials) {
        dials = transport.connections.length;
        transport.latest.opens().says(acked(1), shutdown(TEST_START));
      }
      pass(1_000);
    }
    expect(dials).toBeLessThan(15);
  });
});

describe('two connections that overlap', () => {
  const ackFrames = { binance: acked(1), bybit: bybitAck };
  const tradeFrame = (venue: string, id: number, timestamp: number): object =>
    venue === 'binance' ? trade(id, timestamp) : bybitFrames.trade(String(id * HOLES), timestamp);

  /** The instants at which a connection with these delays, in ms, brings trades that happen every `everyMs`: in order. */
  const arrivals = (delays: readonly number[], count: number, everyMs: number): number[] => {
    let latest = 0;
    return Array.from({ length: count }, (_, at) => {
      latest = Math.max(latest, at * everyMs + (delays[at % delays.length] as number));
      return latest;
    });
  };

  it.each(['binance', 'bybit'] as const)('give every trade of %s once, whatever their delays', (venue) => {
    const delays = fc.array(fc.integer({ min: 0, max: 1_500 }), { minLength: 1, maxLength: 8 });
    const everyMs = fc.integer({ min: 10, max: 3_000 });
    fc.assert(
      fc.property(delays, delays, everyMs, fc.nat(1_000), (oldDelays, newDelays, every, subscribedAt) => {
        const limits = { connectionLifetimeMs: 24 * 3_600 };
        const harness = settled({ venue, limits, config: { reconnectBaseMs: 10 } });
        // Drawn in the middle, 23/24 of this lifetime are over after 82.8 s.
        harness.pass(TEST_START + 82_800 - harness.timers.now());
        const { old, transport, timers, pass, ticks, gaps } = harness;
        const next = transport.latest;
        const start = timers.now();
        const count = Math.ceil(20_000 / every);
        const [olds, news] = [arrivals(oldDelays, count, every), arrivals(newDelays, count, every)];
        const steps = [
          { at: subscribedAt, run: () => next.opens().says(ackFrames[venue]) },
          ...olds.map((at, index) => ({
            at,
            run: () => old.says(tradeFrame(venue, 11 + index, start + index * every)),
          })),
          ...news
            .map((at, index) => ({
              at,
              run: () => next.says(tradeFrame(venue, 11 + index, start + index * every)),
            }))
            // A subscription brings what happens after it began.
            .filter((_, index) => index * every > subscribedAt),
        ];
        for (const { at, run } of steps.sort((one, other) => one.at - other.at)) {
          pass(Math.max(0, start + at - timers.now()));
          run();
        }
        pass(5_000);
        expect([old.ended, next.ended]).toEqual(['closed', null]);
        const idOf = (index: number): string => String((11 + index) * (venue === 'binance' ? 1 : HOLES));
        expect(ticks().map(({ tradeId }) => tradeId)).toEqual(
          Array.from({ length: count + 1 }, (_, at) => idOf(at - 1)),
        );
        expect(gaps()).toEqual([]);
        harness.adapter.disconnect();
      }),
      { numRuns: 40 },
    );
  });
});
