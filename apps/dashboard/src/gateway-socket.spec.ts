import type { ClientOptions } from 'ws';
import type { PipelineSummary, Resume } from '../page/protocol';
import { candleOf, gapOf, outcomeOf, signalOf, tickOf } from './testing/market-samples';
import { RunningDashboard, type RunningDashboardOptions, until } from './testing/running-dashboard';
import { SocketClient } from './testing/socket-client';

const SERIES = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m' };
const TOKEN = 'a-token-of-16-letters';

let running: RunningDashboard;
const clients: SocketClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.drop();
  await running.stop();
});

async function start(options: RunningDashboardOptions = {}): Promise<RunningDashboard> {
  running = await RunningDashboard.start(options);
  return running;
}

function open(options: ClientOptions = {}, path = '/ws'): SocketClient {
  const client = new SocketClient(running.dashboard.port, options, path);
  clients.push(client);
  return client;
}

async function refusal(options: ClientOptions = {}, path = '/ws'): Promise<number | null> {
  const client = open(options, path);
  await client.closed();
  return client.refusedWith;
}

/** Makes a symbol known, so that it can be subscribed to. */
async function know(tick = tickOf({})): Promise<void> {
  await running.trade(tick);
  await until('the symbol', async () => (await running.json<unknown[]>('/api/last-prices')).length > 0);
}

describe('who may connect', () => {
  test('a page of another origin is refused with 403, our own and allowed ones are not', async () => {
    const { dashboard } = await start({ env: { ALLOWED_ORIGINS: 'https://desk.example' } });
    expect(await refusal({ origin: 'https://evil.example' })).toBe(403);
    expect(await refusal({ origin: 'null' })).toBe(403);
    expect(await refusal({ origin: `http://127.0.0.1:${dashboard.port + 1}` })).toBe(403);
    await open({ origin: `http://127.0.0.1:${dashboard.port}` }).greeted();
    await open({ origin: 'https://desk.example' }).greeted();
    await open().greeted();
  });

  test('a page of a foreign name that resolves to loopback is refused although Host and Origin agree', async () => {
    await start();
    const options = { origin: 'http://evil.example', headers: { host: 'evil.example' } };
    expect(await refusal(options)).toBe(403);
  });

  test('another path is no socket', async () => {
    await start();
    expect(await refusal({}, '/other')).toBe(404);
  });

  test('one client too many is answered 503', async () => {
    await start({ limits: { maxClients: 1 } });
    await open().greeted();
    expect(await refusal()).toBe(503);
  });
});

describe('the token', () => {
  beforeEach(() => start({ env: { AUTH_TOKEN: TOKEN }, limits: { authDeadlineMs: 1_500 } }));

  test('the right one as first message opens the data', async () => {
    const client = await open().greeted();
    expect(client.all('hello')[0]?.authRequired).toBe(true);
    client.say({ op: 'auth', token: TOKEN });
    client.say({ op: 'subscribe', channel: 'prices' });
    await client.next('prices');
  });

  test('the right one in the Authorization header needs no message', async () => {
    const client = await open({ headers: { authorization: `Bearer ${TOKEN}` } }).greeted();
    expect(client.all('hello')[0]?.authRequired).toBe(false);
    client.say({ op: 'subscribe', channel: 'prices' });
    await client.next('prices');
  });

  test('a wrong one closes with 4401, in the header with 401', async () => {
    const client = await open().greeted();
    client.say({ op: 'auth', token: 'another-token-of-16' });
    expect(await client.closed()).toBe(4401);
    expect(await refusal({ headers: { authorization: 'Bearer wrong' } })).toBe(401);
  });

  test('whoever asks before showing it, or is silent, is closed with 4401 and told nothing', async () => {
    const asking = await open({}, `/ws?token=${TOKEN}`).greeted();
    asking.say({ op: 'subscribe', channel: 'prices' });
    const silent = await open().greeted();
    expect([await asking.closed(), await silent.closed()]).toEqual([4401, 4401]);
    expect([...asking.messages, ...silent.messages].map(({ type }) => type)).toEqual(['hello', 'hello']);
  });
});

test('a token that is renewed while clients are there closes those of the old one with 4401, and opens to the new one', async () => {
  let token: string | null = null;
  const readToken = (): string => {
    if (token === null) throw new Error('The file is being replaced.');
    return token;
  };
  await start({ env: { AUTH_TOKEN: TOKEN }, limits: { pingIntervalMs: 50 }, readToken });
  const withToken = (shown: string) => ({ headers: { authorization: `Bearer ${shown}` } });
  const before = await open(withToken(TOKEN)).greeted();
  before.say({ op: 'subscribe', channel: 'prices' });
  await before.next('prices');
  // While it cannot be read, and when it is what it was, nobody is sent away.
  token = TOKEN;
  const other = await open(withToken(TOKEN)).greeted();
  other.say({ op: 'subscribe', channel: 'pipeline' });
  await other.next('pipeline');
  token = 'the-token-of-tomorrow';
  expect(await Promise.all([before.closed(), other.closed()])).toEqual([4401, 4401]);
  expect(await refusal(withToken(TOKEN))).toBe(401);
  const after = await open(withToken(token)).greeted();
  after.say({ op: 'subscribe', channel: 'prices' });
  await after.next('prices');
});

describe('what a client is told', () => {
  test('the greeting names the mode and the session, and nothing comes that was not asked for', async () => {
    await start({ mode: 'live' });
    const client = await open().greeted();
    const greeting = { type: 'hello', version: 2, mode: 'live', authRequired: false };
    expect(client.all('hello')).toEqual([{ ...greeting, session: expect.any(String) as string }]);
    const other = await open().greeted();
    expect(other.all('hello')).toEqual(client.all('hello'));
    other.say({ op: 'subscribe', channel: 'pipeline' });
    const [first] = await until('two seconds of the pipeline', () => {
      const told = other.all('pipeline');
      return told.length >= 3 && told;
    });
    expect(first).toMatchObject({ mode: 'live', clients: 2, from: null });
    await running.trade(tickOf({}));
    await running.candle(candleOf({}));
    await running.gap(gapOf({}));
    other.say({ op: 'unsubscribe', channel: 'pipeline' });
    other.say({ op: 'subscribe', channel: 'prices' });
    await other.next('prices', ({ prices }) => prices.length === 1);
    const told = other.all('pipeline').length;
    await until(
      'another second',
      async () => (await running.json<PipelineSummary>('/api/pipeline')).ticksPerSecond > 0,
    );
    expect(other.all('pipeline')).toHaveLength(told);
    expect(client.messages).toHaveLength(1);
  });

  test('a snapshot of prices comes first, then only what changed', async () => {
    await start();
    await know();
    await running.trade(tickOf({ exchange: 'kraken', last: 50 }));
    const client = await open().greeted();
    client.say({ op: 'subscribe', channel: 'prices' });
    const snapshot = await client.next('prices');
    expect(snapshot.from).toBeNull();
    await running.trade(tickOf({ tradeId: '2', last: 101 }));
    await client.next('prices', ({ prices }) => prices.some(({ last }) => last === 101));
    await running.trade(tickOf({ tradeId: '3', last: 102 }));
    const change = await client.next('prices', ({ prices }) => prices.some(({ last }) => last === 102));
    const messages = client.all('prices');
    expect(change.from).toBe(messages[messages.indexOf(change) - 1]?.seq);
    expect(change.prices.map(({ exchange, last }) => [exchange, last])).toEqual([['binance', 102]]);
  });

  test('many trades of one symbol within a flush are one row', async () => {
    await start({ limits: { flushIntervalMs: 300 } });
    await know();
    const client = await open().greeted();
    client.say({ op: 'subscribe', channel: 'prices' });
    await client.next('prices');
    for (let id = 2; id <= 200; id += 1) await running.trade(tickOf({ tradeId: String(id), last: id }));
    await client.next('prices', ({ prices }) => prices[0]?.last === 200);
    expect(client.all('prices').length).toBeLessThanOrEqual(4);
  });

  test('the live candles of a series are followed until it is given up', async () => {
    await start();
    await know();
    const client = await open().greeted();
    await running.candle(candleOf({ timestamp: 60_000, revision: -1 }));
    client.say({ op: 'subscribe', channel: 'candles', ...SERIES });
    const { seq } = await client.next('candles', ({ from }) => from === null);
    await running.candle(candleOf({ timestamp: 60_000, revision: 0, close: 123 }));
    const change = await client.next('candles', ({ candles }) => candles[0]?.close === 123);
    expect(change).toMatchObject({ from: seq, seq: seq + 1, ...SERIES });

    client.say({ op: 'unsubscribe', channel: 'candles', ...SERIES });
    client.say({ op: 'subscribe', channel: 'prices' });
    await client.next('prices');
    const before = client.all('candles').length;
    await running.candle(candleOf({ timestamp: 120_000, revision: 0 }));
    await running.trade(tickOf({ tradeId: '7', last: 7 }));
    await client.next('prices', ({ prices }) => prices[0]?.last === 7);
    expect(client.all('candles')).toHaveLength(before);
  });

  test('the tape, the gaps and the signals of a symbol come as snapshots, then as what is new', async () => {
    await start();
    await know();
    await running.gap(gapOf({}));
    const { exchange, symbol } = SERIES;
    const client = await open().greeted();
    for (const channel of ['trades', 'gaps', 'signals'] as const)
      client.say({ op: 'subscribe', channel, exchange, symbol });
    const tape = await client.next('trades');
    expect(tape).toMatchObject({
      from: null,
      exchange,
      symbol,
      skipped: 0,
      trades: [{ id: '1', price: 100 }],
    });
    expect(await client.next('gaps')).toMatchObject({ from: null, gaps: [{ status: 'open' }] });
    expect(await client.next('signals')).toMatchObject({ from: null, signals: [], outcomes: [] });

    await running.trade(tickOf({ tradeId: '2', takerSide: 'sell', volume: 3 }), tickOf({ tradeId: '3' }));
    await running.gap(gapOf({ status: 'filled', toTimestamp: 1_760_000_000_500 }));
    await running.signal(signalOf({ symbol: 'ETH/USDT' }), signalOf({}));
    await running.outcome(outcomeOf({}));
    await client.next('trades', ({ from, trades }) => from === tape.seq && trades.at(-1)?.id === '3');
    await client.next('gaps', ({ gaps }) => gaps[0]?.status === 'filled');
    await client.next('signals', ({ outcomes }) => outcomes.length === 1);
    const news = client.all('signals').slice(1);
    expect(news.flatMap(({ signals }) => signals)).toEqual([signalOf({})]);
    expect(news.flatMap(({ outcomes }) => outcomes)).toEqual([outcomeOf({})]);
  });

  test('after a restart the stored signals and outcomes of the last days are in the snapshot', async () => {
    const timestamp = Date.now() - 3_600_000;
    await start({
      prepare: async (store) => {
        await store.writeSignals([
          signalOf({ timestamp }),
          signalOf({ timestamp: timestamp - 30 * 86_400_000 }),
        ]);
        await store.writeOutcomes([outcomeOf({ timestamp })]);
      },
    });
    const client = await open().greeted();
    client.say({ op: 'subscribe', channel: 'signals' });
    expect(await client.next('signals')).toMatchObject({
      signals: [signalOf({ timestamp })],
      outcomes: [outcomeOf({ timestamp })],
    });
  });

  test('signals of a venue or symbol that nobody knows are refused, those of all can always be followed', async () => {
    await start();
    const client = await open().greeted();
    client.say({ op: 'subscribe', channel: 'signals' });
    await client.next('signals');
    await know();
    for (const filter of [{ exchange: 'kraken' }, { symbol: 'ETH/USDT' }])
      client.say({ op: 'subscribe', channel: 'signals', ...filter });
    await until('two refusals', () => client.all('error').length === 2);
    client.say({ op: 'subscribe', channel: 'signals', exchange: 'binance' });
    expect(await client.next('signals', ({ exchange }) => exchange === 'binance')).not.toHaveProperty(
      'symbol',
    );
  });

  test('a symbol that nobody knows is a typed error and leaves nothing behind', async () => {
    await start({ limits: { maxSubscriptions: 1 } });
    await know();
    const client = await open().greeted();
    client.say({ op: 'subscribe', channel: 'candles', ...SERIES, symbol: 'XXX/USDT' });
    const unknown = await client.next('error', ({ code }) => code === 'unknown-symbol');
    expect(unknown).toMatchObject({ about: { channel: 'candles', ...SERIES, symbol: 'XXX/USDT' } });
    client.say({ op: 'subscribe', channel: 'candles', ...SERIES });
    await client.next('candles');
    client.say({ op: 'subscribe', channel: 'candles', ...SERIES, timeframe: '5m' });
    await client.next('error', ({ code }) => code === 'too-many-subscriptions');
  });

  test('an expected symbol can be followed before its first trade', async () => {
    await start({ symbols: () => [SERIES] });
    const client = await open().greeted();
    client.say({ op: 'subscribe', channel: 'candles', ...SERIES });
    expect((await client.next('candles')).candles).toEqual([]);
    await running.candle(candleOf({ revision: -1 }));
    await client.next('candles', ({ candles }) => candles.length === 1);
  });

  describe('who comes back', () => {
    /** A client that has followed prices for a while and is gone; where it stood, and in which session. */
    async function left(): Promise<Resume> {
      await know();
      const client = await open().greeted();
      client.say({ op: 'subscribe', channel: 'prices' });
      await running.trade(tickOf({ exchange: 'kraken' }));
      const { seq } = await client.next('prices', ({ prices }) =>
        prices.some(({ exchange }) => exchange === 'kraken'),
      );
      client.drop();
      return { session: client.all('hello')[0]?.session ?? '', seq };
    }

    async function answer(resume: Resume): Promise<{ from: number | null; venues: string[] }> {
      const client = await open().greeted();
      client.say({ op: 'subscribe', channel: 'prices', resume });
      const { from, prices } = await client.next('prices');
      return { from, venues: prices.map(({ exchange }) => exchange).sort() };
    }

    test('is told what changed meanwhile, in the same session; in another one, everything', async () => {
      await start();
      const resume = await left();
      await running.trade(tickOf({ exchange: 'bybit' }));
      await until('the trade', async () => (await running.json<unknown[]>('/api/last-prices')).length === 3);
      expect(await answer(resume)).toEqual({ from: resume.seq, venues: ['bybit'] });
      const everything = { from: null, venues: ['binance', 'bybit', 'kraken'] };
      expect(await answer({ ...resume, session: 'another' })).toEqual(everything);
      expect(await answer({ ...resume, seq: resume.seq + 100 })).toEqual(everything);
    });

    test('is answered although nothing changed', async () => {
      await start();
      const resume = await left();
      expect(await answer(resume)).toEqual({ from: resume.seq, venues: [] });
    });

    test('and asks again on the same connection gets a snapshot', async () => {
      await start();
      await know();
      const client = await open().greeted();
      for (let count = 1; count <= 3; count += 1) {
        client.say({ op: 'subscribe', channel: 'prices' });
        await until(
          'a snapshot',
          () => client.all('prices').filter(({ from }) => from === null).length === count,
        );
      }
      client.say({ op: 'unsubscribe', channel: 'prices' });
      client.say({ op: 'subscribe', channel: 'pipeline' });
      await client.next('pipeline');
      const before = client.all('prices').length;
      await running.trade(tickOf({ tradeId: '2' }));
      await until('a second', () => client.all('pipeline').length > 1);
      expect(client.all('prices')).toHaveLength(before);
    });
  });

  test('when the gateway stops, clients are told so', async () => {
    await start();
    const client = await open().greeted();
    await running.dashboard.stop();
    expect(await client.closed()).toBe(1001);
  });
});

describe('what a client may not do', () => {
  test('texts that are no message are answered, the connection stays', async () => {
    await start();
    const client = await open().greeted();
    const texts = [
      '{',
      '[]',
      '{"op":"drop"}',
      '{"op":"subscribe","channel":"__proto__"}',
      '{"op":"subscribe","channel":"trades","exchange":"binance"}',
      '{"op":"subscribe","channel":"signals","symbol":"btc"}',
      '{"op":"subscribe","channel":"prices","resume":{"session":"x","seq":-1}}',
    ];
    for (const text of texts) client.socket.send(text);
    await until('an answer to each', () => client.all('error').length === texts.length);
    expect(client.closeCode).toBeNull();
  });

  test('a message of 17 KB closes with 1009, one of 15 KB does not', async () => {
    await start();
    const client = await open().greeted();
    client.socket.send('x'.repeat(15 * 1_024));
    await client.next('error');
    client.socket.send('x'.repeat(17 * 1_024));
    expect(await client.closed()).toBe(1009);
  });

  test('a flood of fragments is closed', async () => {
    await start();
    const client = await open().greeted();
    for (let part = 0; part < 100; part += 1) client.socket.send('x', { fin: false });
    expect(await client.closed()).not.toBe(1000);
  });

  test('binary messages close with 1003, too many messages with 4429', async () => {
    await start({ limits: { messagesPerSecond: 5 } });
    const binary = await open().greeted();
    binary.socket.send(Buffer.from([1]), { binary: true });
    const chatty = await open().greeted();
    for (let count = 0; count < 30; count += 1) chatty.socket.send('{}');
    expect([await binary.closed(), await chatty.closed()]).toEqual([1003, 4429]);
  });

  test('a client that answers no ping is dropped, one that does is kept', async () => {
    await start({ limits: { pingIntervalMs: 100 } });
    const dead = await open({ autoPong: false }).greeted();
    const living = await open().greeted();
    expect(await dead.closed()).toBe(1006);
    expect(living.closeCode).toBeNull();
  });
});
