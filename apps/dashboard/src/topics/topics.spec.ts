import { type Candle, replaces } from '@neuraltrade/contracts';
import fc from 'fast-check';
import type {
  CandlesMessage,
  Channel,
  GapsMessage,
  PricesMessage,
  ServerMessage,
  SignalsMessage,
  TradesMessage,
} from '../../page/protocol';
import { priceRow } from '../latest-prices';
import { MarketView } from '../market-view';
import { candleOf, gapOf, outcomeOf, signalOf, tickOf } from '../testing/market-samples';
import { Topics } from './topics';

type ChannelMessage = Extract<ServerMessage, { seq: number }>;

/** Scripts that each channel is played; TOPIC_RUNS=1000 is the long run. */
const RUNS = { numRuns: Number(process.env['TOPIC_RUNS'] ?? 20) };
const NAME = { exchange: 'binance', symbol: 'BTC/USDT' } as const;

/** A follower of one channel as the protocol wants it: it checks that each message continues what it has. */
class Follower<M extends ChannelMessage> {
  readonly messages: M[] = [];
  version: number | null = null;
  private readonly topic;

  constructor(topics: Topics, channel: Channel) {
    this.topic = topics.follow(channel);
  }

  /** Takes the next message; what came before a snapshot is forgotten. */
  read(): M {
    const message = JSON.parse(this.topic.frameAfter(this.version).toString()) as M;
    expect(message).toMatchObject(Object.fromEntries(Object.entries(this.topic.channel).slice(1)));
    expect(message.type).toBe(this.topic.channel.channel);
    if (message.from === null) this.messages.length = 0;
    else expect(message.from).toBe(this.version);
    this.version = message.seq;
    this.messages.push(message);
    return message;
  }
}

jest.setTimeout(600_000);

let view: MarketView;
let topics: Topics;
let now: number;

beforeEach(() => {
  now = 1_000;
  view = new MarketView('live', () => now);
  topics = new Topics(view, () => view.summary(0));
});

/** What happens: a step changes the market, lets the topics advance (100 ms), or lets one of the followers read. */
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('change' as const), value: fc.nat(9_999) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), value: fc.constant(0) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('read' as const), value: fc.nat(2) }) },
  ),
  { maxLength: 250, size: 'max' },
);

/** Runs the steps for three followers who read when they please, and lets them catch up in the end. */
function play<M extends ChannelMessage>(
  channel: Channel,
  change: (value: number, index: number) => void,
  script: readonly { kind: 'change' | 'advance' | 'read'; value: number }[],
): Follower<M>[] {
  const followers = [0, 1, 2].map(() => new Follower<M>(topics, channel));
  script.forEach(({ kind, value }, index) => {
    if (kind === 'change') change(value, index);
    else if (kind === 'advance') topics.advance();
    else (followers[value] as Follower<M>).read();
  });
  topics.advance();
  for (const follower of followers) follower.read();
  return followers;
}

describe('whoever reads, and however rarely, has in the end', () => {
  const fresh = (): void => {
    view = new MarketView('live', () => now);
    topics = new Topics(view, () => view.summary(0));
  };

  test('the newest price of every symbol', () => {
    fc.assert(
      fc.property(steps, (script) => {
        fresh();
        const change = (value: number, index: number): void =>
          view.acceptTicks([
            tickOf({
              symbol: `S${value % 7}/USDT`,
              last: 1 + value,
              tradeId: String(index),
              timestamp: index,
            }),
          ]);
        for (const { messages } of play<PricesMessage>({ channel: 'prices' }, change, script)) {
          const known = new Map(messages.flatMap(({ prices }) => prices).map((row) => [row.symbol, row]));
          expect([...known.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1))).toEqual(
            view.prices
              .entries()
              .map(priceRow)
              .sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
          );
        }
      }),
      RUNS,
    );
  });

  test('the newest candle of every interval that changed since its snapshot, late revisions among them', () => {
    fc.assert(
      fc.property(steps, (script) => {
        fresh();
        const published = new Map<number, Candle>();
        const change = (value: number, index: number): void => {
          const candle = candleOf({ timestamp: (value % 12) * 60_000, revision: value % 40, epoch: index });
          const before = published.get(candle.timestamp);
          if (before === undefined || replaces(candle, before)) published.set(candle.timestamp, candle);
          view.acceptCandles([candle]);
        };
        const followers = play<CandlesMessage>(
          { channel: 'candles', ...NAME, timeframe: '1m' },
          change,
          script,
        );
        for (const { messages } of followers) {
          const known = new Map(
            messages.flatMap(({ candles }) => candles).map((candle) => [candle.timestamp, candle]),
          );
          for (const [timestamp, candle] of known) expect(candle).toEqual(published.get(timestamp));
          const newest = [...published.keys()].sort((a, b) => b - a).slice(0, 4);
          expect([...known.keys()]).toEqual(expect.arrayContaining(newest));
        }
      }),
      RUNS,
    );
  });

  test('every trade of the tape in order, or how many are left out', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 60 }), (script, burst) => {
        fresh();
        let count = 0;
        const change = (): void => {
          for (let index = 0; index < burst; index += 1) {
            count += 1;
            view.acceptTicks([tickOf({ tradeId: String(count), timestamp: count })]);
          }
        };
        for (const { messages } of play<TradesMessage>({ channel: 'trades', ...NAME }, change, script)) {
          const [snapshot] = messages as [TradesMessage];
          let next = snapshot.seq - snapshot.trades.length + 1;
          for (const { skipped, trades, from, seq } of messages) {
            next += skipped;
            expect(trades.map(({ id }) => Number(id))).toEqual(trades.map((_, index) => next + index));
            next += trades.length;
            expect(trades.length).toBeLessThanOrEqual(100);
            if (from !== null) expect(skipped + trades.length).toBe(seq - from);
          }
          expect(next).toBe(count + 1);
        }
      }),
      RUNS,
    );
  });

  test('the newest copy of every signal and outcome that its filter takes', () => {
    fc.assert(
      fc.property(steps, (script) => {
        fresh();
        const change = (value: number): void => {
          const fields = { symbol: value % 3 === 0 ? 'ETH/USDT' : NAME.symbol, timestamp: value % 50 };
          if (value % 2 === 0) view.acceptSignals([signalOf({ ...fields, confidence: value / 10_000 })]);
          else view.acceptOutcomes([outcomeOf({ ...fields, returnBps: value })]);
        };
        for (const { messages } of play<SignalsMessage>({ channel: 'signals', ...NAME }, change, script)) {
          const { signals, outcomes } = view.signals.after(0, NAME);
          const known = (kind: 'signals' | 'outcomes'): object[] => [
            ...new Map(
              messages.flatMap((message) => [...message[kind]]).map((one) => [one.timestamp, one]),
            ).values(),
          ];
          expect(known('signals')).toHaveLength(signals.length);
          expect(known('signals')).toEqual(expect.arrayContaining(signals));
          expect(known('outcomes')).toHaveLength(outcomes.length);
          expect(known('outcomes')).toEqual(expect.arrayContaining(outcomes));
        }
      }),
      RUNS,
    );
  });

  test('the newest status of every gap that changed since its snapshot', () => {
    fc.assert(
      fc.property(steps, (script) => {
        fresh();
        const closed = new Set<string>();
        const change = (value: number): void => {
          // Odd, so that a gap gets each status.
          const gapId = `g${value % 131}`;
          const status = value % 2 === 0 ? 'open' : 'filled';
          if (status === 'filled') closed.add(gapId);
          view.acceptGaps([gapOf({ gapId, status, missing: value })]);
        };
        for (const { messages } of play<GapsMessage>({ channel: 'gaps', ...NAME }, change, script)) {
          const known = new Map(messages.flatMap(({ gaps }) => gaps).map((gap) => [gap.gapId, gap]));
          const kept = view.gaps.find(NAME.exchange, NAME.symbol)?.after(0) ?? [];
          expect(kept.map(({ gapId }) => known.get(gapId))).toEqual(kept);
          const filled = [...known.values()].filter(({ status }) => status === 'filled');
          expect(filled.map(({ gapId }) => gapId).sort()).toEqual(
            [...known.keys()].filter((gapId) => closed.has(gapId)).sort(),
          );
        }
      }),
      RUNS,
    );
  });
});

test('a client that has missed more than is kept gets a snapshot, another one a delta', () => {
  const quick = new Follower<GapsMessage>(topics, { channel: 'gaps', ...NAME });
  const slow = new Follower<GapsMessage>(topics, { channel: 'gaps', ...NAME });
  for (let index = 0; index < 150; index += 1) {
    view.acceptGaps([gapOf({ gapId: `g${index}` })]);
    topics.advance();
    quick.read();
    if (index === 20) slow.read();
  }
  expect(quick.messages.slice(1).every(({ gaps }) => gaps.length === 1)).toBe(true);
  expect(slow.read()).toMatchObject({ from: null, seq: 150 });
  expect(slow.messages[0]?.gaps).toHaveLength(100);
});

test('signals that a filter does not take move nothing for its followers', () => {
  const topic = topics.follow({ channel: 'signals', ...NAME });
  view.acceptSignals([signalOf({})]);
  topics.advance();
  const { version } = topic;
  view.acceptSignals([signalOf({ symbol: 'ETH/USDT' }), signalOf({ exchange: 'kraken' })]);
  topics.advance();
  expect(topic.version).toBe(version);
  view.acceptOutcomes([outcomeOf({})]);
  topics.advance();
  expect(topic.version).toBeGreaterThan(version);
});

test('clients in step are sent the same bytes', () => {
  const topic = topics.follow({ channel: 'prices' });
  expect(topics.follow({ channel: 'prices' })).toBe(topic);
  view.acceptTicks([tickOf({})]);
  topics.advance();
  expect(topic.frameAfter(0)).toBe(topic.frameAfter(0));
  expect(topic.frameAfter(null)).toBe(topic.frameAfter(null));
  const before = topic.frameAfter(0);
  view.acceptTicks([tickOf({ tradeId: '2' })]);
  topics.advance();
  expect(topic.frameAfter(0)).not.toBe(before);
});

test('late history does not push live trades off the tape', () => {
  const tape = new Follower<TradesMessage>(topics, { channel: 'trades', ...NAME });
  for (let id = 1; id <= 200; id += 1)
    view.acceptTicks([tickOf({ tradeId: String(id), timestamp: 1_000 + id })]);
  for (let id = 300; id <= 500; id += 1)
    view.acceptTicks([tickOf({ tradeId: String(id), timestamp: 5, backfilled: true })]);
  topics.advance();
  expect(tape.read().trades.map(({ id }) => id)).toEqual(
    Array.from({ length: 100 }, (_, index) => String(101 + index)),
  );
});

test('a late revision that nobody was there for makes who comes back read the history again', () => {
  const channel = { channel: 'candles', ...NAME, timeframe: '1m' } as const;
  for (const minute of [2, 3, 4, 5]) view.acceptCandles([candleOf({ timestamp: minute * 60_000 })]);
  const topic = topics.follow(channel);
  const { version } = topic;
  topics.unfollow(channel);
  expect(topics.follow(channel).covers(version)).toBe(true);
  topics.unfollow(channel);
  view.acceptCandles([candleOf({ timestamp: 60_000, revision: 1 })]);
  expect(topics.follow(channel).covers(version)).toBe(false);
});

test('of the pipeline the last ten seconds count: delays of live trades, and the figures of components that still speak', () => {
  const at = (timestamp: number): number => (now = timestamp);
  at(10_000);
  for (let index = 0; index < 99; index += 1)
    view.acceptTicks([tickOf({ timestamp: 9_900, receivedAt: 9_980, tradeId: String(index) })]);
  view.acceptTicks([
    tickOf({ timestamp: 5_000, receivedAt: 8_000, tradeId: '100' }),
    ...Array.from({ length: 200 }, (_, index) =>
      tickOf({ timestamp: 1, receivedAt: 2_000, tradeId: String(200 + index), backfilled: true }),
    ),
    tickOf({ timestamp: 10_050, receivedAt: 9_980, tradeId: '102' }),
  ]);
  const status = { state: 'up' as const, detail: '', timestamp: 1 };
  view.acceptStatus([
    { component: 'adapter-a', ...status, figures: { bufferDepth: 3, dropped: 2 } },
    { component: 'adapter-b', ...status, figures: { bufferDepth: 4, dropped: 5 } },
    { component: 'processor', ...status, figures: { watermarkLagMs: 2_100, queuedMessages: 6 } },
    { component: 'influx-sink', ...status, figures: { queuedMessages: 8, parkedMessages: 9 } },
  ]);
  const { exchangeToReceive, receiveToGateway, ...summary } = view.summary(0);
  expect(exchangeToReceive?.p50Ms).toBeGreaterThanOrEqual(80);
  expect(exchangeToReceive?.p50Ms).toBeLessThan(90);
  expect(receiveToGateway?.p50Ms).toBeGreaterThanOrEqual(20);
  expect(receiveToGateway?.p50Ms).toBeLessThan(23);
  expect(exchangeToReceive?.p99Ms).toBeLessThan(90);
  expect(summary).toMatchObject({
    bufferDepth: 7,
    dropped: 7,
    watermarkLagMs: 2_100,
    queueDepth: 14,
    parked: 9,
  });
  at(26_000);
  for (let second = 0; second < 11; second += 1) view.pipeline.endSecond();
  expect(view.summary(0)).toMatchObject({
    exchangeToReceive: null,
    receiveToGateway: null,
    bufferDepth: null,
    watermarkLagMs: null,
    queueDepth: null,
    parked: null,
    dropped: 7,
  });
});
