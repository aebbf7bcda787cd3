import { type AdapterHarness, adapterHarness, type HarnessOptions } from './testing/adapter-harness';
import {
  type Answerer,
  binanceHistory,
  bybitHistory,
  coinbaseHistory,
  krakenHistory,
  scriptedFetch,
} from './testing/scripted-history';
import { binanceFrames, bybitFrames, coinbaseFrames, krakenFrames, TEST_START } from './testing/venue-frames';

const { trade, quote, acked } = binanceFrames;
const HOUR = 3_600_000;

describe('the watch over symbols', () => {
  let harness: AdapterHarness;
  /** The trades that exist at the venue by now: their ids are their places, their times stand here. */
  let market: number[];

  const now = (): number => harness.timers.now();
  const ids = (): number[] => market.map((_, index) => index + 1);
  const timeOf = (id: number): number => market[id - 1] as number;
  /** The venue makes a trade; its id. */
  const trades = (): number => market.push(now());
  const begin = (answer: Answerer, options: HarnessOptions = {}): ReturnType<typeof scriptedFetch> => {
    const scripted = scriptedFetch(answer, now);
    harness = adapterHarness({ restUrl: scripted.url, fetch: scripted.fetch, ...options });
    return scripted;
  };
  /** Lets requests under way be answered. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const binance: Answerer = (url) => binanceHistory(ids(), timeOf)(url);
  const coinbase: Answerer = (url) => coinbaseHistory(ids(), timeOf)(url);
  const socket = () => harness.transport.latest;
  const answerPings = (): void => {
    for (const connection of harness.transport.connections) connection.pongs('');
  };
  /** Lets time pass in steps, with room for REST answers after each. */
  const live = async (seconds: number, each: (second: number) => void = () => undefined): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      harness.pass(1_000);
      answerPings();
      each(second);
      await settle();
    }
  };
  const sent = (): string[] => socket().sent.map((text) => text.replace(/"id":\d+|"req_id":"?\d+"?/, ''));

  beforeEach(() => {
    market = [];
  });

  afterEach(() => harness.adapter.disconnect());

  it('subscribes anew a symbol whose trades stopped although its connection lives, and only that one', async () => {
    const ofBitcoin: Answerer = (url) =>
      url.searchParams.get('symbol') === 'BTCUSDT' ? binance(url) : { status: 200, body: [] };
    begin(ofBitcoin, { symbols: ['BTC/USDT', 'ETH/USDT'] });
    socket().opens().says(acked(1));
    await live(60, () => socket().says(quote('99', '101'), trade(trades(), now())));
    const diedAt = now();
    // Quotes still come, and the other symbol is quiet.
    const without: number[] = [];
    while (sent().length === 1 && now() - diedAt < 60_000) {
      await live(1, () => {
        without.push(trades());
        socket().says(quote('99', '101'));
      });
    }
    expect(now() - diedAt).toBeLessThanOrEqual(30_000);
    expect(sent().slice(1)).toEqual([
      '{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],}',
      '{"method":"SUBSCRIBE","params":["btcusdt@trade"],}',
    ]);
    expect(harness.transport.connections).toHaveLength(1);
    expect(harness.gaps()).toMatchObject([{ cause: 'heartbeat', status: 'open', afterTradeId: '60' }]);
    // The answer to the unsubscription is none to the subscription.
    socket().says(acked(2));
    expect(harness.adapter.readiness().reason).toContain('has not confirmed trades of BTC/USDT');
    socket().says(acked(3), trade(trades(), now()));
    await live(1);
    expect(harness.gaps().at(-1)?.status).toBe('filled');
    expect(harness.ticks().map(({ tradeId }) => Number(tradeId))).toEqual(ids());
    expect(harness.gaps().at(-1)).toMatchObject({ missing: without.length, symbol: 'BTC/USDT' });
    expect(harness.log.sentences.join()).toContain('sends no trades of BTC/USDT although it made some');
  });

  const heartbeats = {
    binance: null,
    coinbase: () => coinbaseFrames.heartbeat(market.length, now()),
    kraken: () => ({ channel: 'heartbeat' }),
    bybit: () => bybitFrames.quote([['99', '1']], [['101', '1']], now()),
  };
  const wholeHistory: Record<string, Answerer> = {
    binance,
    coinbase,
    kraken: (url) => krakenHistory(ids(), timeOf)(url),
    bybit: (url) => bybitHistory(ids().map(String), (index) => timeOf(index + 1))(url),
  };
  const liveTrade: Record<string, (id: number) => object> = {
    binance: (id) => trade(id, timeOf(id)),
    coinbase: (id) => coinbaseFrames.match(id, timeOf(id)),
    kraken: (id) => krakenFrames.trade(id, timeOf(id)),
    bybit: (id) => bybitFrames.trade(String(id), timeOf(id)),
  };
  it.each(Object.keys(heartbeats) as (keyof typeof heartbeats)[])(
    'leaves a market of %s with one trade an hour alone for six hours',
    async (venue) => {
      const symbols = [venue === 'coinbase' || venue === 'kraken' ? 'BTC/USD' : 'BTC/USDT'];
      const { silenceLimitMs } = { silenceLimitMs: venue === 'coinbase' ? 5_000 : 60_000 };
      const scripted = begin(wholeHistory[venue] as Answerer, {
        venue,
        symbols,
        config: { silenceLimitMs },
      });
      socket().opens();
      if (venue === 'bybit') socket().says({ success: true, op: 'subscribe', req_id: '1' });
      else if (venue === 'coinbase')
        socket().says(coinbaseFrames.subscribed('matches', 'ticker', 'heartbeat'));
      else if (venue === 'binance') socket().says(acked(1));
      else socket().says(krakenFrames.acked('trade'), krakenFrames.acked('ticker'));
      socket().says((liveTrade[venue] as (id: number) => object)(trades()));
      const asked = socket().sent.length;
      for (let second = 1; second <= (6 * HOUR) / 1_000; second += 1) {
        harness.pass(1_000);
        answerPings();
        const beat = heartbeats[venue]?.();
        if (beat !== undefined) socket().says(beat);
        if ((second * 1_000) % HOUR === 0) {
          const frame = (liveTrade[venue] as (id: number) => object)(trades());
          // The history knows it a little before the feed.
          harness.pass(300);
          socket().says(frame);
        }
        if (second % 60 === 0) await settle();
      }
      expect(harness.transport.connections).toHaveLength(1);
      expect(
        socket()
          .sent.slice(asked)
          .filter((text) => text.toLowerCase().includes('subscri')),
      ).toEqual([]);
      expect(harness.gaps()).toEqual([]);
      // Coinbase's own heartbeat answers the question every second.
      if (venue === 'coinbase') expect(scripted.requests).toEqual([]);
      else expect(scripted.requests.length).toBeGreaterThan(2);
      expect(scripted.requests.length).toBeLessThan(30);
    },
  );

  it('asks after twice the silence each time that the market is confirmed quiet', async () => {
    const scripted = begin(binance);
    socket().opens().says(acked(1));
    await live(30, () => socket().says(trade(trades(), now())));
    const quietSince = now();
    await live(500);
    const silences = scripted.requests.map(({ at }) => Math.round((at - quietSince) / 10_000) * 10);
    expect(silences).toEqual([20, 40, 80, 160, 320]);
  });

  it('gives a trade that the history shows some seconds to come over the connection', async () => {
    const scripted = begin(binance);
    socket().opens().says(acked(1));
    await live(30, () => socket().says(trade(trades(), now())));
    await live(19);
    const late = trades();
    await live(4);
    expect(scripted.requests).toHaveLength(1);
    expect(sent()).toHaveLength(1);
    socket().says(trade(late, timeOf(late)));
    await live(15);
    expect(sent()).toHaveLength(1);
    expect(harness.gaps()).toEqual([]);
  });

  it('takes no trade from before the subscription for a proof against it', async () => {
    market = Array.from({ length: 20 }, (_, index) => TEST_START - 100_000 + index);
    const scripted = begin(binance);
    socket().opens().says(acked(1));
    await live(90);
    expect(scripted.requests.length).toBeGreaterThan(0);
    expect(sent()).toHaveLength(1);
    // One that was made since, and did not come, is a proof.
    trades();
    await live(60);
    expect(sent()[1]).toContain('UNSUBSCRIBE');
    expect(harness.gaps()).toMatchObject([{ afterTradeId: null, cause: 'heartbeat' }]);
  });

  it('finds by the heartbeat of the venue alone that a subscription is dead', async () => {
    const scripted = begin(coinbase, { venue: 'coinbase', symbols: ['BTC/USD'] });
    socket()
      .opens()
      .says(coinbaseFrames.subscribed('matches', 'ticker', 'heartbeat'));
    const beat = (): void => socket().says(coinbaseFrames.heartbeat(market.length, now()));
    await live(10, () => {
      socket().says(coinbaseFrames.match(trades(), now()));
      beat();
    });
    // One trade that is lost is a gap and no more.
    trades();
    await live(10, beat);
    expect(harness.gaps().map(({ status }) => status)).toEqual(['open', 'filled']);
    expect(sent()).toHaveLength(1);
    // One more, and none came in between.
    trades();
    await live(3, beat);
    expect(sent().slice(1)).toEqual([
      '{"type":"unsubscribe","channels":[{"name":"matches","product_ids":["BTC-USD"]}]}',
      '{"type":"subscribe","channels":[{"name":"matches","product_ids":["BTC-USD"]}]}',
    ]);
    socket().says(coinbaseFrames.subscribed('matches', 'ticker', 'heartbeat'));
    await live(6, beat);
    expect(harness.ticks().map(({ tradeId }) => Number(tradeId))).toEqual(ids());
    expect(harness.gaps().at(-1)?.status).toBe('filled');
    expect(scripted.requests.length).toBeLessThan(6);
  });

  it('dials another connection where subscribing anew does not help, once', async () => {
    begin(binance);
    socket().opens().says(acked(1));
    await live(40, () => socket().says(trade(trades(), now())));
    const first = socket();
    await live(200, (second) => {
      trades();
      for (const connection of harness.transport.connections) {
        const ids = connection.sent.map((text) => (JSON.parse(text) as { id: number }).id);
        if (second % 5 === 0) connection.says(...ids.map(acked));
      }
      if (harness.transport.connections.length === 2 && socket().sent.length === 0) socket().opens();
    });
    expect(first.sent.length).toBeGreaterThanOrEqual(3);
    expect(harness.transport.connections).toHaveLength(2);
    expect(first.ended).toBe('closed');
    socket().says(trade(trades(), now()));
    await live(20);
    expect(harness.gaps().at(-1)?.status).toBe('filled');
    expect(harness.ticks().map(({ tradeId }) => Number(tradeId))).toEqual(ids());
  });

  it('subscribes quotes anew that stopped while trades flow, and lets the last one go with no trade', async () => {
    begin(binance);
    socket().opens().says(acked(1));
    await live(30, () => socket().says(quote('99', '101'), trade(trades(), now())));
    await live(70, () => socket().says(trade(trades(), now())));
    expect(sent().slice(1, 3)).toEqual([
      '{"method":"UNSUBSCRIBE","params":["btcusdt@bookTicker"],}',
      '{"method":"SUBSCRIBE","params":["btcusdt@bookTicker"],}',
    ]);
    expect(harness.ticks().at(-1)?.quoted).toBe(false);
    socket().says(acked(3), quote('99', '101'), trade(trades(), now()));
    expect(harness.ticks().at(-1)?.quoted).toBe(true);
    expect(harness.gaps()).toEqual([]);
  });

  it('leaves quotes alone where nothing trades', async () => {
    begin(binance);
    socket().opens().says(acked(1));
    await live(30, () => socket().says(quote('99', '101'), trade(trades(), now())));
    await live(200);
    expect(sent()).toHaveLength(1);
  });

  it('judges nobody while reading is paused, and not at once when it goes on', async () => {
    const scripted = begin(binance, { config: { pauseMaxMs: 200_000 } });
    socket().opens().says(acked(1));
    await live(30, () => socket().says(trade(trades(), now())));
    harness.adapter.pause();
    await live(100, () => void trades());
    harness.adapter.resume();
    socket().pongs(socket().pings.at(-1) as string);
    await live(15);
    expect(scripted.requests).toEqual([]);
    expect(sent()).toHaveLength(1);
  });

  it('declares nothing dead where the history cannot be asked', async () => {
    const scripted = begin(() => ({ status: 500, body: '' }));
    socket().opens().says(acked(1));
    await live(30, () => socket().says(trade(trades(), now())));
    await live(100, () => void trades());
    expect(scripted.requests.length).toBeGreaterThan(2);
    expect(sent()).toHaveLength(1);
    expect(harness.gaps()).toEqual([]);
  });
});
