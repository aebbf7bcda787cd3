import { type Gap, isClock, isGap } from '@neuraltrade/contracts';
import { type AdapterHarness, adapterHarness, type HarnessOptions } from './testing/adapter-harness';
import {
  type Answerer,
  binanceHistory,
  bybitHistory,
  coinbaseHistory,
  krakenHistory,
  type ScriptedHistory,
  scriptedHistory,
} from './testing/scripted-history';
import { until } from './testing/until';
import { binanceFrames, bybitFrames, coinbaseFrames, krakenFrames, TEST_START } from './testing/venue-frames';

const { trade, acked } = binanceFrames;
const ids = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const timeOf = (id: number): number => TEST_START + id;

describe('a backfill', () => {
  let history: ScriptedHistory | null = null;
  let harness: AdapterHarness;

  const begin = async (answer: Answerer, options: HarnessOptions = {}): Promise<ScriptedHistory> => {
    const scripted = await scriptedHistory(answer, () => harness.timers.now());
    history = scripted;
    harness = adapterHarness({ restUrl: scripted.url, ...options });
    return scripted;
  };
  /** Lets the clock run until the condition holds. */
  const passUntil = (condition: () => boolean, stepMs = 10): Promise<void> =>
    until(() => {
      harness.pass(stepMs);
      return condition();
    });
  const closed = (): boolean => harness.gaps().at(-1)?.status !== 'open' && harness.gaps().length > 0;
  const said = (): string[] =>
    harness.records
      .filter((record) => !isClock(record))
      .map((record) => {
        if (isGap(record)) return `${record.status} ${record.afterTradeId}-${record.beforeTradeId}`;
        return 'tradeId' in record ? `${record.tradeId}${record.backfilled ? ' past' : ''}` : '';
      });
  const reconnect = (): void => {
    harness.transport.latest.cuts();
    harness.pass(900);
    harness.transport.latest.opens();
  };

  afterEach(async () => {
    harness.adapter.disconnect();
    await history?.stop();
  });

  it('goes out behind the opening of its gap and before the live trades, which wait', async () => {
    await begin(binanceHistory(ids(1, 20), timeOf));
    harness.transport.latest.opens().says(acked(1), binanceFrames.quote('99', '101'), trade(10));
    reconnect();
    harness.transport.latest.says(acked(1), trade(15), trade(16));
    const heldAt = harness.timers.now();
    expect(said()).toEqual(['10', 'open 10-null']);
    await passUntil(closed);
    expect(said()).toEqual([
      ...['10', 'open 10-null', '11 past', '12 past', '13 past', '14 past', '15', '16', 'filled 10-15'],
    ]);
    expect(harness.gaps().at(-1)).toMatchObject({ missing: 4, toTimestamp: timeOf(15), cause: 'disconnect' });
    const [, past, , , , live] = harness.ticks();
    expect(past).toMatchObject({ quoted: false, quotedAt: null, bid: 100, ask: 100, last: 100 });
    expect(past?.receivedAt).toBeGreaterThanOrEqual(heldAt);
    expect(live?.receivedAt).toBe(heldAt);
  });

  it('lets no clock of the symbol out while its trades wait', async () => {
    let release = (): void => undefined;
    const scripted = await begin(binanceHistory(ids(1, 20), timeOf));
    scripted.next.push(async (url) => {
      await new Promise<void>((resolve) => (release = resolve));
      return (await binanceHistory(ids(1, 20), timeOf)(url)) ?? { status: 500, body: '' };
    });
    harness.transport.latest.opens().says(acked(1), trade(10));
    reconnect();
    harness.transport.latest.says(acked(1), trade(15));
    await until(() => scripted.requests.length === 1);
    harness.records.length = 0;
    harness.pass(5_000);
    expect(harness.clocks()).toEqual([]);
    release();
    await passUntil(closed);
    await passUntil(() => harness.clocks().length > 0);
  });

  it('fills a jump of ids on a live connection', async () => {
    await begin(coinbaseHistory(ids(1, 40), timeOf), { venue: 'coinbase', symbols: ['BTC/USD'] });
    harness.transport.latest.opens().says(coinbaseFrames.match(10), coinbaseFrames.match(14));
    await passUntil(closed);
    expect(said()).toEqual(['10', 'open 10-null', '11 past', '12 past', '13 past', '14', 'filled 10-14']);
    expect(harness.gaps().at(-1)).toMatchObject({ missing: 3, cause: 'sequence' });
  });

  it('pages upwards, goes on after a cut in the middle, and doubles nothing', async () => {
    const scripted = await begin(coinbaseHistory(ids(1, 4_000), timeOf), {
      venue: 'coinbase',
      symbols: ['BTC/USD'],
    });
    scripted.next.push(coinbaseHistory(ids(1, 4_000), timeOf), () => null);
    harness.transport.latest.opens().says(coinbaseFrames.match(10), coinbaseFrames.match(2_600));
    await passUntil(closed, 50);
    expect(harness.ticks().map(({ tradeId }) => Number(tradeId))).toEqual(ids(10, 2_600));
    expect(harness.gaps().at(-1)).toMatchObject({ status: 'filled', missing: 2_589 });
    expect(scripted.requests.length).toBe(4);
  });

  it('lets waiting trades go at the end of the hold and follows later', async () => {
    let release = (): void => undefined;
    const scripted = await begin(binanceHistory(ids(1, 20), timeOf), { config: { gapHoldMs: 5_000 } });
    scripted.next.push(async (url) => {
      await new Promise<void>((resolve) => (release = resolve));
      return (await binanceHistory(ids(1, 20), timeOf)(url)) ?? { status: 500, body: '' };
    });
    harness.transport.latest.opens().says(acked(1), trade(10), trade(13));
    await until(() => scripted.requests.length === 1);
    harness.pass(4_900);
    expect(said()).toEqual(['10', 'open 10-null']);
    harness.pass(200);
    harness.transport.latest.says(trade(14));
    expect(said()).toEqual(['10', 'open 10-null', 'open 10-13', '13', '14']);
    release();
    await passUntil(closed);
    expect(said().slice(5)).toEqual(['11 past', '12 past', 'filled 10-13']);
  });

  it('lets waiting trades go when too many wait', async () => {
    const scripted = await begin(() => ({ status: 500, body: '' }), { config: { bufferMaxTicks: 10 } });
    harness.transport.latest.opens().says(trade(10));
    harness.transport.latest.says(...ids(13, 22).map((id) => trade(id)));
    await until(() => scripted.requests.length === 1);
    expect(harness.ticks()).toHaveLength(1);
    harness.transport.latest.says(trade(23));
    expect(harness.ticks()).toHaveLength(12);
  });

  it('holds a second gap behind the trades of the first', async () => {
    await begin(binanceHistory(ids(1, 40), timeOf));
    harness.transport.latest.opens().says(trade(10), trade(12), trade(15));
    await passUntil(() => harness.gaps().filter(({ status }) => status === 'filled').length === 2);
    expect(said()).toEqual([
      ...['10', 'open 10-null', '11 past', '12', 'filled 10-12'],
      ...['open 12-15', '13 past', '14 past', '15', 'filled 12-15'],
    ]);
  });

  it('of a second gap without an end goes on in a quiet market once the first one is filled', async () => {
    const serve = coinbaseHistory(ids(1, 16), timeOf);
    let release = (): void => undefined;
    const scripted = await begin(serve, { venue: 'coinbase', symbols: ['BTC/USD'] });
    scripted.next.push(async (url) => {
      await new Promise<void>((resolve) => (release = resolve));
      return (await serve(url)) ?? { status: 500, body: '' };
    });
    const { match, heartbeat, subscribed } = coinbaseFrames;
    harness.transport.latest.opens().says(subscribed('matches', 'ticker', 'heartbeat'), match(10));
    harness.transport.latest.says(match(12));
    harness.pass(100);
    harness.transport.latest.says(match(14));
    await until(() => scripted.requests.length === 1);
    harness.transport.latest.says(heartbeat(16, harness.timers.now()));
    harness.pass(1_100);
    release();
    await passUntil(() => harness.gaps().filter(({ status }) => status === 'filled').length === 3);
    expect(harness.ticks().map(({ tradeId }) => Number(tradeId))).toEqual(ids(10, 16));
  });

  it('is spared by trades that come late by themselves', async () => {
    const scripted = await begin(() => ({ status: 500, body: '' }));
    harness.transport.latest.opens().says(trade(10), trade(13));
    await until(() => scripted.requests.length === 1);
    harness.transport.latest.says(trade(12), trade(11));
    await passUntil(closed);
    expect(said()).toEqual(['10', 'open 10-null', '12', '11', '13', 'filled 10-13']);
  });

  it('counts what a new connection repeats only where it was not seen', async () => {
    const scripted = await begin(() => ({ status: 500, body: '' }));
    harness.transport.latest.opens().says(acked(1), trade(10), trade(13));
    await until(() => scripted.requests.length === 1);
    reconnect();
    harness.transport.latest.says(trade(10), trade(11), trade(12), trade(13), trade(14));
    await passUntil(() => harness.gaps().filter(({ status }) => status === 'filled').length === 2);
    expect(harness.ticks().map(({ tradeId }) => tradeId)).toEqual(['10', '11', '12', '13', '14']);
  });

  it('splits a gap of which a part cannot be had', async () => {
    const served = ids(1, 40).filter((id) => id !== 13 && id !== 15);
    await begin(binanceHistory(served, timeOf));
    harness.transport.latest.opens().says(trade(10), trade(20));
    await passUntil(closed, 50);
    const gaps = harness.gaps().slice(1);
    const part = (gap: Partial<Gap>): Gap => expect.objectContaining(gap) as Gap;
    expect(gaps).toEqual([
      part({ gapId: 'binance:BTC/USDT:12', beforeTradeId: '16', missing: 2, status: 'unfillable' }),
      part({ gapId: 'binance:BTC/USDT:15', beforeTradeId: '20', missing: 4, status: 'filled' }),
      part({ gapId: 'binance:BTC/USDT:10', beforeTradeId: '13', missing: 2, status: 'filled' }),
    ]);
    expect(gaps[0]).toMatchObject({ fromTimestamp: timeOf(12), toTimestamp: timeOf(16) });
  });

  it('takes the newest trades where the venue refuses to serve by id', async () => {
    const scripted = await begin((url) =>
      url.pathname.endsWith('historicalTrades')
        ? { status: 401, body: {} }
        : binanceHistory(ids(1_010, 2_009), timeOf)(url),
    );
    harness.transport.latest.opens().says(trade(1_000), trade(2_000));
    await passUntil(closed);
    expect(scripted.requests).toHaveLength(2);
    expect(harness.gaps().slice(1)).toMatchObject([
      { afterTradeId: '1000', beforeTradeId: '1010', missing: 9, status: 'unfillable' },
      { afterTradeId: '1009', beforeTradeId: '2000', missing: 990, status: 'filled' },
    ]);
  });

  it('that is refused leaves the gap unfillable', async () => {
    await begin(() => ({ status: 404, body: {} }));
    harness.transport.latest.opens().says(trade(10), trade(13));
    await passUntil(closed);
    expect(said()).toEqual(['10', 'open 10-null', '13', 'unfillable 10-13']);
  });

  it('that fails for too long is given up', async () => {
    const scripted = await begin(() => ({ status: 500, body: '' }));
    harness.transport.latest.opens().says(acked(1), trade(10), trade(13));
    await scripted.stop();
    await passUntil(closed, 2_000);
    expect(harness.timers.now() - TEST_START).toBeGreaterThan(250_000);
    expect(harness.gaps().at(-1)).toMatchObject({ status: 'unfillable', missing: 2 });
  });

  it('asks again when the history is behind the feed', async () => {
    const scripted = await begin(binanceHistory(ids(1, 20), timeOf));
    scripted.next.push(binanceHistory(ids(1, 12), timeOf));
    harness.transport.latest.opens().says(trade(10), trade(15));
    await passUntil(closed, 50);
    expect(harness.ticks().map(({ tradeId }) => Number(tradeId))).toEqual(ids(10, 15));
    expect(harness.gaps().at(-1)?.status).toBe('filled');
  });

  it('closes the gap in a market without trades', async () => {
    await begin(binanceHistory(ids(1, 12), timeOf));
    harness.transport.latest.opens().says(acked(1), trade(10));
    reconnect();
    harness.transport.latest.says(acked(1));
    await passUntil(closed, 50);
    expect(said()).toEqual(['10', 'open 10-null', '11 past', '12 past', 'filled 10-null']);
    harness.transport.latest.says(trade(13));
    expect(harness.gaps()).toHaveLength(2);
  });

  it('closes after a restart the gaps that were open, by their ids, and goes on from the last trade', async () => {
    const open = (after: string, before: string | null): Gap => ({
      gapId: `binance:BTC/USDT:${after}`,
      exchange: 'binance',
      symbol: 'BTC/USDT',
      afterTradeId: after,
      beforeTradeId: before,
      fromTimestamp: timeOf(Number(after)),
      toTimestamp: null,
      missing: null,
      cause: 'disconnect',
      status: 'open',
    });
    const state = new Map([
      [
        'BTC/USDT',
        { lastTradeId: '20', lastTimestamp: timeOf(20), openGaps: [open('10', '13'), open('15', '17')] },
      ],
    ]);
    await begin(binanceHistory(ids(1, 40), timeOf), { state });
    harness.transport.latest.opens().says(trade(23));
    await passUntil(() => harness.gaps().filter(({ status }) => status === 'filled').length === 3);
    expect(harness.ticks().map(({ tradeId }) => tradeId)).toEqual(['11', '12', '16', '21', '22', '23']);
    expect(harness.gaps().filter(({ status }) => status === 'filled')).toMatchObject([
      { gapId: 'binance:BTC/USDT:10' },
      { gapId: 'binance:BTC/USDT:15' },
      { gapId: 'binance:BTC/USDT:20', cause: 'restart' },
    ]);
  });

  it('still misses after a restart the ids that the venue left out while an earlier run filled the gap', async () => {
    const openGap: Gap = {
      gapId: 'binance:BTC/USDT:10',
      exchange: 'binance',
      symbol: 'BTC/USDT',
      afterTradeId: '10',
      beforeTradeId: null,
      fromTimestamp: timeOf(10),
      toTimestamp: null,
      missing: null,
      cause: 'restart',
      status: 'open',
    };
    // The earlier run passed 16 to 20 on from the history, which has no 11 to 15, and was killed.
    const state = new Map([
      ['BTC/USDT', { lastTradeId: '20', lastTimestamp: timeOf(20), openGaps: [openGap] }],
    ]);
    await begin(binanceHistory(ids(16, 40), timeOf), { state });
    harness.transport.latest.opens().says(trade(23));
    await passUntil(closed, 100);
    expect(harness.gaps().filter(({ status }) => status === 'unfillable')).toMatchObject([
      { gapId: 'binance:BTC/USDT:10', afterTradeId: '10', beforeTradeId: '16', missing: 5 },
    ]);
  });

  it('takes trades with coarser times only for ids that were never passed on', async () => {
    await begin(krakenHistory(ids(1, 4_000), timeOf), { venue: 'kraken', symbols: ['BTC/USD'] });
    harness.transport.latest.opens().says(krakenFrames.trade(9), krakenFrames.trade(10));
    harness.transport.latest.says(krakenFrames.trade(2_500), krakenFrames.trade(2_501));
    await passUntil(closed, 50);
    expect(harness.ticks().map(({ tradeId }) => Number(tradeId))).toEqual(ids(9, 2_501));
    expect(harness.ticks().filter(({ backfilled }) => backfilled)).toHaveLength(2_489);
  });

  it.each([
    ['coinbase', coinbaseHistory, coinbaseFrames.match],
    ['kraken', krakenHistory, krakenFrames.trade],
  ])(
    'reaches back over many pages of %s at the first connection, in the order of ids',
    async (venue, serve, live) => {
      const spread = (id: number): number => TEST_START - 4_000_000 + id * 1_000;
      await begin(serve(ids(1, 4_000), spread), {
        venue,
        symbols: ['BTC/USD'],
        config: { backfillMs: 2_500_000 },
      });
      harness.transport.latest.opens().says(live(4_000, spread(4_000)), live(4_001, spread(4_001)));
      await passUntil(closed, 50);
      expect(harness.ticks().map(({ tradeId }) => Number(tradeId))).toEqual(ids(1_500, 4_001));
      expect(harness.gaps()).toMatchObject([
        { afterTradeId: null, fromTimestamp: TEST_START - 2_500_000, status: 'open' },
        { fromTimestamp: TEST_START - 2_500_000, beforeTradeId: '4000', status: 'filled' },
      ]);
    },
  );

  it('holds no more than its bound of a range whose pages go down, and says that the rest is missing', async () => {
    const spread = (id: number): number => TEST_START - 4_000_000 + id * 100;
    await begin(coinbaseHistory(ids(1, 40_000), spread), {
      venue: 'coinbase',
      symbols: ['BTC/USD'],
      config: { backfillMs: 4_000_000 },
    });
    harness.transport.latest.opens().says(coinbaseFrames.match(40_000, spread(40_000)));
    await passUntil(closed, 500);
    expect(harness.gaps().slice(1)).toMatchObject([
      { afterTradeId: null, beforeTradeId: '20000', status: 'unfillable' },
      { afterTradeId: '19999', beforeTradeId: '40000', missing: 20_000, status: 'filled' },
    ]);
  });

  it('waits for room and takes up no more time of the live trades than that', async () => {
    await begin(binanceHistory(ids(1, 20), timeOf));
    harness.transport.latest.opens().says(trade(10), trade(13));
    harness.hasRoom = false;
    await passUntil(() => (history?.requests.length ?? 0) === 1);
    for (let round = 0; round < 20; round += 1) {
      harness.pass(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(harness.ticks()).toHaveLength(1);
    harness.hasRoom = true;
    await passUntil(closed);
    expect(said()).toEqual(['10', 'open 10-null', '11 past', '12 past', '13', 'filled 10-13']);
  });

  it('survives a second cut while trades wait, as a gap of its own', async () => {
    let release = (): void => undefined;
    const scripted = await begin(binanceHistory(ids(1, 40), timeOf));
    scripted.next.push(async (url) => {
      await new Promise<void>((resolve) => (release = resolve));
      return (await binanceHistory(ids(1, 40), timeOf)(url)) ?? { status: 500, body: '' };
    });
    harness.transport.latest.opens().says(acked(1), trade(10), trade(12));
    await until(() => scripted.requests.length === 1);
    reconnect();
    harness.transport.latest.says(acked(1), trade(15));
    release();
    await passUntil(() => harness.gaps().filter(({ status }) => status === 'filled').length === 2);
    expect(said()).toEqual([
      ...['10', 'open 10-null', '11 past', '12', 'filled 10-12'],
      ...['open 12-15', '13 past', '14 past', '15', 'filled 12-15'],
    ]);
  });

  describe('of ids with holes', () => {
    const id = (index: number): string => String(2_290_000_000_000 + index * 7);
    const all = Array.from({ length: 200 }, (_, index) => id(index));
    const live = (index: number): object => bybitFrames.trade(id(index), timeOf(index));

    it('is complete when the newest trades reach back to the last one seen', async () => {
      await begin(bybitHistory(all.slice(0, 60), timeOf), { venue: 'bybit' });
      harness.transport.latest.opens().says(live(10));
      reconnect();
      harness.transport.latest.says(live(15), live(16));
      await passUntil(closed);
      expect(harness.ticks().map(({ tradeId }) => tradeId)).toEqual(all.slice(10, 17));
      expect(harness.gaps().at(-1)).toMatchObject({ status: 'filled', beforeTradeId: null, missing: null });
    });

    it('is unfillable for what lies before the newest trades', async () => {
      await begin(bybitHistory(all, timeOf), { venue: 'bybit' });
      harness.transport.latest.opens().says(live(10));
      reconnect();
      harness.transport.latest.says(live(199));
      await passUntil(closed);
      expect(harness.gaps().slice(1)).toMatchObject([
        { gapId: `bybit:BTC/USDT:${id(10)}`, toTimestamp: timeOf(140), status: 'unfillable' },
        { fromTimestamp: timeOf(140), toTimestamp: timeOf(199), status: 'filled' },
      ]);
      expect(harness.ticks()).toHaveLength(61);
    });

    it('is unfillable for what lies before the newest trades, also when the market falls quiet behind it', async () => {
      await begin(bybitHistory(all, timeOf), { venue: 'bybit' });
      const ack = { success: true, op: 'subscribe', req_id: '1' };
      harness.transport.latest.opens().says(ack, live(10));
      reconnect();
      harness.transport.latest.says(ack);
      await passUntil(closed, 500);
      expect(harness.gaps().slice(1)).toMatchObject([
        { gapId: `bybit:BTC/USDT:${id(10)}`, toTimestamp: timeOf(140), status: 'unfillable' },
        { fromTimestamp: timeOf(140), status: 'filled' },
      ]);
      expect(harness.ticks()).toHaveLength(61);
    });

    it('waits for a history that is behind the feed', async () => {
      const scripted = await begin(bybitHistory(all.slice(0, 20), timeOf), { venue: 'bybit' });
      scripted.next.push(bybitHistory(all.slice(0, 13), timeOf));
      harness.transport.latest.opens().says(live(10));
      reconnect();
      harness.transport.latest.says(live(15));
      await passUntil(closed, 50);
      expect(scripted.requests).toHaveLength(2);
      const known = harness.ticks().map(({ tradeId }) => tradeId);
      expect(known).toEqual(all.slice(10, 16));
      expect(harness.gaps().at(-1)?.status).toBe('filled');
    });
  });
});
