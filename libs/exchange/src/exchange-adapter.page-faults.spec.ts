import { type Gap, isClock, isGap } from '@neuraltrade/contracts';
import { type AdapterHarness, adapterHarness, type HarnessOptions } from './testing/adapter-harness';
import {
  type Answerer,
  binanceHistory,
  bybitHistory,
  coinbaseHistory,
  krakenHistory,
  type ScriptedAnswer,
  scriptedFetch,
} from './testing/scripted-history';
import { binanceFrames, bybitFrames, coinbaseFrames, krakenFrames, TEST_START } from './testing/venue-frames';

const ids = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const timeOf = (id: number): number => TEST_START - 3_000_000 + id * 1_000;
const LAST = 2_600;

const venues = {
  binance: {
    symbol: 'BTC/USDT',
    serve: binanceHistory(ids(1, 4_000), timeOf),
    live: (id: number) => binanceFrames.trade(id, timeOf(id)),
    // What the same venue would answer for another symbol.
    foreign: binanceHistory(ids(900_001, 904_000), () => TEST_START),
    alike: binanceHistory(ids(1, 4_000), () => TEST_START - 90_000_000),
  },
  coinbase: {
    symbol: 'BTC/USD',
    serve: coinbaseHistory(ids(1, 4_000), timeOf),
    live: (id: number) => coinbaseFrames.match(id, timeOf(id)),
    foreign: () => coinbaseHistory(ids(900_001, 904_000), () => TEST_START)(new URL('http://x/?limit=1000')),
    alike: coinbaseHistory(ids(1, 4_000), () => TEST_START - 90_000_000),
  },
  kraken: {
    symbol: 'BTC/USD',
    serve: krakenHistory(ids(1, 4_000), timeOf),
    live: (id: number) => krakenFrames.trade(id, timeOf(id)),
    foreign: krakenHistory(ids(900_001, 904_000), () => TEST_START),
    alike: krakenHistory(ids(1, 4_000), (id) => timeOf(id) + 90_000_000),
  },
} as const;

describe('a fault in the middle of a backfill', () => {
  let harness: AdapterHarness;

  const begin = (answer: Answerer, options: HarnessOptions): ReturnType<typeof scriptedFetch> => {
    const scripted = scriptedFetch(answer, () => harness.timers.now());
    harness = adapterHarness({ restUrl: scripted.url, fetch: scripted.fetch, ...options });
    return scripted;
  };
  const passUntil = async (condition: () => boolean, stepMs: number): Promise<void> => {
    for (let step = 0; !condition(); step += 1) {
      if (step > 2_000) throw new Error(`Waited in vain for ${condition.toString()}`);
      harness.pass(stepMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const closings = (): Gap[] => harness.gaps().filter(({ status }) => status !== 'open');

  afterEach(() => harness.adapter.disconnect());

  const answered = (answer: ReturnType<Answerer>): ScriptedAnswer => answer as ScriptedAnswer;
  const text = (answer: ScriptedAnswer): string => JSON.stringify(answer.body);
  const faults: [string, (name: keyof typeof venues, url: URL) => ReturnType<Answerer>][] = [
    ['429', () => ({ status: 429, body: '', headers: { 'retry-after': '2' } })],
    ['500', () => ({ status: 500, body: 'oops' })],
    ['a cut', () => null],
    ['a page of a proxy', () => ({ status: 200, body: '<html>Welcome to the airport!</html>' })],
    [
      'a page torn in its middle',
      (name, url) => {
        const whole = text(answered(venues[name].serve(url)));
        return { status: 200, body: whole.slice(0, whole.length / 2) };
      },
    ],
    ['an empty list', (name) => ({ status: 200, body: name === 'kraken' ? { error: [], result: {} } : [] })],
    ['trades of another symbol', (name, url) => venues[name].foreign(url)],
    ['trades of another symbol with the same ids', (name, url) => venues[name].alike(url)],
  ];
  const cases = (['binance', 'coinbase', 'kraken'] as const).flatMap((name) =>
    faults.map(([fault, answer]) => [name, fault, answer] as const),
  );

  it.each(cases)(
    'of %s (%s) costs no trade, and publishes none that is not there',
    async (name, _fault, answer) => {
      const { symbol, serve, live } = venues[name];
      const scripted = begin(serve, { venue: name, symbols: [symbol] });
      scripted.next.push(serve, (url) => answer(name, url));
      harness.transport.latest.opens().says(live(10), live(LAST));
      await passUntil(() => closings().length > 0, 500);
      expect(harness.ticks().map(({ tradeId }) => Number(tradeId))).toEqual(ids(10, LAST));
      expect(harness.ticks().every(({ tradeId, timestamp }) => timestamp === timeOf(Number(tradeId)))).toBe(
        true,
      );
      expect(closings()).toMatchObject([{ status: 'filled', missing: LAST - 11 }]);
    },
  );

  it('that never ends leaves what was fetched and names the rest', async () => {
    const { serve, live } = venues.binance;
    const broken = ({ searchParams }: URL): boolean => Number(searchParams.get('fromId')) > 1_500;
    begin((url) => (broken(url) ? { status: 200, body: '[{"id":' } : serve(url)), {});
    harness.transport.latest.opens().says(live(10), live(LAST));
    await passUntil(() => closings().length > 0, 500);
    expect(closings()).toMatchObject([
      { afterTradeId: '2010', beforeTradeId: String(LAST), status: 'unfillable' },
      { afterTradeId: '10', beforeTradeId: '2011', status: 'filled' },
    ]);
  });

  it('asks the page again that failed, not the pages before it', async () => {
    const { serve, live } = venues.binance;
    const scripted = begin(serve, {});
    const failure: Answerer = () => ({ status: 503, body: '' });
    scripted.next.push(serve, failure, failure);
    harness.transport.latest.opens().says(live(10), live(LAST));
    await passUntil(() => closings().length > 0, 500);
    const firstIds = scripted.requests.map(({ path }) =>
      new URLSearchParams(path.split('?')[1]).get('fromId'),
    );
    expect(firstIds).toEqual(['11', '1011', '1011', '1011', '2011']);
  });

  it.each([
    ['binance', binanceHistory],
    ['kraken', krakenHistory],
  ] as const)(
    'of %s asks for thousands of ids that the venue never gave no more than a few times',
    async (name, history) => {
      const { symbol, live } = venues[name];
      const timed = (id: number): number => (id < 100 ? timeOf(id) : TEST_START - 60_000 + (id - 9_000));
      const scripted = begin(history([...ids(1, 20), ...ids(9_000, 9_100)], timed), {
        venue: name,
        symbols: [symbol],
      });
      const at = name === 'binance' ? binanceFrames.trade : krakenFrames.trade;
      harness.transport.latest.opens().says(live(10), at(9_050, timed(9_050)));
      await passUntil(() => closings().length > 1, 500);
      expect(harness.ticks().map(({ tradeId }) => Number(tradeId))).toEqual([
        ...ids(10, 20),
        ...ids(9_000, 9_050),
      ]);
      expect(closings()).toContainEqual(
        expect.objectContaining({ afterTradeId: '20', beforeTradeId: '9000', status: 'unfillable' }),
      );
      expect(scripted.requests.length).toBeLessThanOrEqual(6);
    },
  );

  it('that ends with the process is gone on with behind what was published', async () => {
    const { serve, live } = venues.binance;
    const gap: Gap = {
      gapId: 'binance:BTC/USDT:10',
      exchange: 'binance',
      symbol: 'BTC/USDT',
      afterTradeId: '10',
      beforeTradeId: String(LAST),
      fromTimestamp: timeOf(10),
      toTimestamp: null,
      missing: LAST - 11,
      cause: 'disconnect',
      status: 'open',
    };
    const state = new Map([
      [
        'BTC/USDT',
        {
          lastTradeId: String(LAST),
          lastTimestamp: timeOf(LAST),
          openGaps: [gap],
          filledTo: { [gap.gapId]: { tradeId: '2010', timestamp: timeOf(2_010) } },
        },
      ],
    ]);
    const scripted = begin(serve, { state });
    harness.transport.latest.opens().says(live(LAST + 1));
    await passUntil(() => closings().length > 1, 500);
    expect(harness.ticks().map(({ tradeId }) => Number(tradeId))).toEqual([
      ...ids(2_011, LAST - 1),
      LAST + 1,
    ]);
    expect(closings()).toMatchObject([{ gapId: gap.gapId, status: 'filled', missing: LAST - 11 }, {}]);
    expect(scripted.requests[0]?.path).toContain('fromId=2011&');
  });

  describe('where ids have holes', () => {
    const id = (index: number): string => String(2_290_000_000_000 + index * 7);
    const spread = (index: number): number => TEST_START + index;
    const all = Array.from({ length: 40 }, (_, index) => id(index));
    const live = (index: number): object => bybitFrames.trade(id(index), spread(index));
    const reconnect = (): void => {
      harness.transport.latest.cuts();
      harness.pass(900);
      harness.transport.latest.opens();
    };

    it.each([
      ['rows of another symbol', 'ETHUSDT', 'symbol'],
      ['rows that cannot be read', 'many', 'size'],
    ])('%s make no gap filled that is not', async (_what, value, field) => {
      const serve = bybitHistory(all, spread);
      const spoilt: Answerer = (url) => {
        const answer = answered(serve(url));
        const { result } = answer.body as { result: { list: object[] } };
        const list = result.list.map((row, index) => (index === 3 ? { ...row, [field]: value } : row));
        return { status: 200, body: { retCode: 0, retMsg: 'OK', result: { list } } };
      };
      const scripted = begin(spoilt, { venue: 'bybit' });
      harness.transport.latest.opens().says(live(10));
      reconnect();
      harness.transport.latest.says(live(39));
      await passUntil(() => closings().length > 0, 500);
      expect(closings()).toMatchObject([{ status: 'unfillable' }]);
      expect(harness.ticks()).toHaveLength(29);
      expect(scripted.requests.length).toBeGreaterThan(1);
    });

    it('a row that can be read at the second time costs nothing', async () => {
      const serve = bybitHistory(all, spread);
      const scripted = begin(serve, { venue: 'bybit' });
      scripted.next.push((url) => {
        const whole = JSON.stringify(answered(serve(url)).body);
        return { status: 200, body: whole.replace('"size":"0.5"', '"size":"many"') };
      });
      harness.transport.latest.opens().says(live(10));
      reconnect();
      harness.transport.latest.says(live(39));
      await passUntil(() => closings().length > 0, 500);
      expect(closings()).toMatchObject([{ status: 'filled' }]);
      expect(new Set(harness.ticks().map(({ tradeId }) => tradeId))).toEqual(new Set(all.slice(10)));
      expect(harness.ticks()).toHaveLength(30);
    });

    it('a history that stays behind the feed proves nothing', async () => {
      begin(bybitHistory(all.slice(0, 20), spread), { venue: 'bybit' });
      harness.transport.latest.opens().says(live(10));
      reconnect();
      harness.transport.latest.says(live(35));
      await passUntil(() => closings().length > 0, 500);
      expect(harness.ticks().map(({ tradeId }) => tradeId)).toEqual([...all.slice(10, 20), id(35)]);
      expect(closings()).toMatchObject([{ status: 'unfillable' }]);
    });

    it('an empty history is no proof of a quiet market', async () => {
      const scripted = begin(bybitHistory(all.slice(0, 20), spread), { venue: 'bybit' });
      const empty: Answerer = () => ({
        status: 200,
        body: { retCode: 0, retMsg: 'OK', result: { list: [] } },
      });
      scripted.next.push(empty);
      harness.transport.latest.opens().says(live(10), { success: true, op: 'subscribe', req_id: '1' });
      reconnect();
      harness.transport.latest.says({ success: true, op: 'subscribe', req_id: '1' });
      await passUntil(() => closings().length > 0, 500);
      expect(harness.ticks().map(({ tradeId }) => tradeId)).toEqual(all.slice(10, 20));
      expect(closings()).toMatchObject([{ status: 'filled' }]);
    });
  });

  it('leaves the records in their order', async () => {
    const { serve, live } = venues.binance;
    const scripted = begin(serve, {});
    scripted.next.push(() => ({ status: 200, body: 'Hello!' }));
    harness.transport.latest.opens().says(live(10), live(13));
    await passUntil(() => closings().length > 0, 500);
    const said = harness.records
      .filter((record) => !isClock(record))
      .map((record) => (isGap(record) ? record.status : 'tradeId' in record ? record.tradeId : ''));
    expect(said).toEqual(['10', 'open', '11', '12', '13', 'filled']);
  });
});
