import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  coreQueues,
  decodeBatch,
  isClock,
  isGap,
  type RawRecord,
  type RawTick,
} from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { type CaptureSession, readCaptures, type ReplayVenue } from './capture-sessions';
import type { ExchangeAdapter } from './exchange-adapter';
import { createReplayFeed } from './replay-feed';
import { type ReplayOptions, replaySession, type ReplayedVenue } from './replay-session';
import { keptLog, testVenue } from './testing/adapter-harness';
import { until } from './testing/until';
import { binanceFrames, coinbaseFrames, TEST_START } from './testing/venue-frames';

jest.setTimeout(30_000);

const QUEUE_BYTES = 200_000;

const venues: ReplayVenue[] = [
  { venue: testVenue('binance'), symbols: ['BTC/USDT'] },
  { venue: testVenue('coinbase'), symbols: ['BTC/USD'] },
];
const { trade, quote } = binanceFrames;

const line = (source: string, recvMs: number | null, frame: object, venue = 'binance'): string =>
  JSON.stringify({ venue, source, recv_ms: recvMs, frame });

describe('replaying captures', () => {
  let directory: string;
  let bus: MessageBus;
  let records: RawRecord[];
  let bySession: RawRecord[][];

  const capture = async (name: string, lines: readonly string[]): Promise<string> => {
    const file = join(directory, name);
    await writeFile(file, `${lines.join('\n')}\n`);
    return file;
  };

  const consume = async (): Promise<void> => {
    for (let partition = 0; partition < 2; partition += 1) {
      const subscription = await bus.consume(`processor.raw.${partition}`, { prefetch: 10 }, (delivery) => {
        records.push(...decodeBatch('raw', delivery).records);
        subscription.ack(delivery.tag);
      });
    }
  };

  const replay = async (files: string | readonly string[], replayed = venues): Promise<ReplayedVenue[][]> => {
    const reports: ReplayedVenue[][] = [];
    const { sessions } = await readCaptures([files].flat(), replayed);
    for (const [index, session] of sessions.entries()) {
      const deps = {
        bus,
        partitions: 2,
        queueMaxBytes: QUEUE_BYTES,
        source: `session-${index}`,
        metrics: createMetrics(),
        log: keptLog(),
      };
      const report = await replaySession(session, {
        venues: replayed,
        createFeed: (entry, transport, timers) => {
          const feed = createReplayFeed(deps, entry, transport, timers);
          adapter = feed.adapter;
          return feed;
        },
      });
      reports.push(report);
      await until(() => ticks().length === trades(reports));
      bySession.push(records.splice(0));
      done = trades(reports);
    }
    return reports;
  };
  let done: number;
  let adapter: ExchangeAdapter | null = null;
  const trades = (reports: ReplayedVenue[][]): number =>
    reports.flat().reduce((sum, report) => sum + report.trades, 0);
  const ticks = (): { length: number } => ({
    length: done + records.filter((record) => !isGap(record) && !isClock(record)).length,
  });
  const ticksOf = (found: RawRecord[] = []): RawTick[] =>
    found.filter((record): record is RawTick => !isGap(record) && !isClock(record));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'replay-'));
    bus = createInProcessBus({ dataDir: null });
    await bus.declare(coreQueues(2, QUEUE_BYTES));
    [records, bySession, done] = [[], [], 0];
  });

  afterEach(async () => {
    await bus.close();
    await rm(directory, { recursive: true });
  });

  it('takes arrival, quotes and clocks from the times of the capture', async () => {
    await consume();
    const at = TEST_START + 5;
    const file = await capture('a.jsonl', [
      line('a', at, quote('99', '101')),
      line('a', at + 10, trade(1, at + 9)),
      line('a', at + 3_000, trade(2, at + 2_999)),
    ]);
    const reports = await replay(file);
    expect(reports).toEqual([
      [
        {
          exchange: 'binance',
          frames: 3,
          trades: 2,
          events: { quote: 1, trade: 2 },
          strays: 0,
          unlisted: { frames: 0, symbols: [] },
        },
      ],
    ]);
    expect(ticksOf(bySession[0])).toMatchObject([
      { tradeId: '1', receivedAt: at + 10, quoted: true, quotedAt: at },
      { tradeId: '2', receivedAt: at + 3_000, quoted: true, quotedAt: at },
    ]);
    expect(bySession[0]?.filter(isClock).map(({ timestamp, offsetMs }) => timestamp + offsetMs)).toEqual([
      at + 1_000,
      at + 2_000,
      at + 3_000,
    ]);
    expect(bySession[0]?.filter(isGap)).toEqual([]);
  });

  it('begins a session where the arrival times of a source fall, and replays in the order of event time', async () => {
    await consume();
    const later = await capture('later.jsonl', [
      line('x', 9_000_000_000_000, trade(5, TEST_START + 5_000)),
      line('x', 9_000_000_000_001, trade(6, TEST_START + 5_001)),
      line('x', 9_000_000_000_000, trade(1, TEST_START + 9_000)),
    ]);
    const earlier = await capture('earlier.jsonl', [
      line('y', 9_500_000_000_000, trade(3, TEST_START)),
      line('y', 9_500_000_000_000, trade(4, TEST_START + 1)),
    ]);
    await replay([later, earlier]);
    expect(bySession.map((found) => ticksOf(found).map(({ tradeId }) => tradeId))).toEqual([
      ['3', '4'],
      ['5', '6'],
      ['1'],
    ]);
    // Fresh ids: nothing of one session is a gap or a repeat of another.
    expect(bySession.flat().filter(isGap)).toEqual([]);
  });

  it('keeps sources apart whose lines alternate, and lets a source go on in the next file', async () => {
    const { sessions } = await readCaptures(
      [
        await capture('1.jsonl', [
          line('a', 10, trade(1, TEST_START)),
          line('b', 5, coinbaseFrames.match(1, TEST_START + 1), 'coinbase'),
          line('a', 11, trade(2, TEST_START + 2)),
        ]),
        await capture('2.jsonl', [
          line('b', 6, coinbaseFrames.match(2, TEST_START + 3), 'coinbase'),
          line('a', 12, trade(3)),
        ]),
      ],
      venues,
    );
    expect(sessions).toMatchObject([
      { source: 'a', venues: ['binance'], firstEventMs: TEST_START + 1 },
      { source: 'b', venues: ['coinbase'], firstEventMs: TEST_START + 1 },
    ]);
    expect(sessions.map(({ parts }) => parts.length)).toEqual([2, 2]);
    await consume();
    await replay([join(directory, '1.jsonl'), join(directory, '2.jsonl')]);
    expect(bySession.map((found) => ticksOf(found).map(({ tradeId }) => tradeId))).toEqual([
      ['1', '2', '3'],
      ['1', '2'],
    ]);
  });

  it('times frames without arrival by themselves, in a session of their own that ends where time falls by a minute', async () => {
    await consume();
    const file = await capture('untimed.jsonl', [
      line('a', null, trade(1, TEST_START)),
      line('a', null, quote('99', '101')),
      line('a', null, trade(2, TEST_START + 70_000)),
      line('a', TEST_START + 20_000, trade(9, TEST_START + 20_000)),
      line('a', null, trade(3, TEST_START + 10_001)),
      line('a', null, trade(4, TEST_START - 60_000)),
    ]);
    await replay(file);
    expect(
      bySession.map((found) =>
        ticksOf(found).map(({ tradeId, receivedAt }) => [tradeId, receivedAt - TEST_START]),
      ),
    ).toEqual([
      [['4', -59_999]],
      [
        ['1', 1],
        ['2', 70_001],
        ['3', 70_001],
      ],
      [['9', 20_000]],
    ]);
  });

  it('opens a gap where ids jump inside a session', async () => {
    await consume();
    await replay(
      await capture('a.jsonl', [line('a', TEST_START, trade(1)), line('a', TEST_START + 1, trade(4))]),
    );
    expect(bySession[0]?.filter(isGap)).toMatchObject([
      { status: 'open', cause: 'sequence' },
      { status: 'unfillable', missing: 2 },
    ]);
  });

  it('opens no gap at begin or end, nor for a symbol that it never names', async () => {
    await consume();
    const more: ReplayVenue[] = [{ venue: testVenue('binance'), symbols: ['BTC/USDT', 'ETH/USDT'] }];
    await replay(
      await capture('a.jsonl', [
        line('a', TEST_START, trade(1)),
        line('a', TEST_START + 3_000, binanceFrames.shutdown(TEST_START + 3_000)),
        line('a', TEST_START + 20_000, trade(2)),
        line('a', TEST_START, trade(700)),
      ]),
      more,
    );
    expect(bySession.map((found) => ticksOf(found).length)).toEqual([2, 1]);
    expect(bySession.flat().filter(isGap)).toEqual([]);
  });

  it('closes at its end as unfillable what the venue said to exist and the capture does not hold', async () => {
    await consume();
    const heartbeat = { type: 'heartbeat', sequence: 1, last_trade_id: 5, product_id: 'BTC-USD' };
    const at = (ms: number): string => new Date(TEST_START + ms).toISOString();
    await replay(
      await capture('a.jsonl', [
        line('a', TEST_START, coinbaseFrames.match(1, TEST_START), 'coinbase'),
        line('a', TEST_START + 1_000, { ...heartbeat, time: at(1_000) }, 'coinbase'),
        line('a', TEST_START + 4_000, { ...heartbeat, time: at(4_000) }, 'coinbase'),
      ]),
    );
    const gaps = (bySession[0] ?? []).filter(isGap);
    expect(gaps).toMatchObject([
      { status: 'open', cause: 'heartbeat', afterTradeId: '1' },
      { status: 'unfillable', cause: 'heartbeat', afterTradeId: '1', beforeTradeId: null },
    ]);
    expect(gaps[1]?.toTimestamp).toBeGreaterThanOrEqual(TEST_START + 4_000);
  });

  it('reports no dialled address, and refusals of the recorded client not as errors of ours', async () => {
    await consume();
    const file = await capture('a.jsonl', [
      line('a', TEST_START, binanceFrames.refused(1)),
      line('a', TEST_START + 1, trade(1)),
    ]);
    const said: unknown[][] = [];
    const keep =
      (level: string) =>
      ({ url }: { url?: string }, sentence: string): void =>
        void said.push([level, sentence, url]);
    const [session] = (await readCaptures([file], venues)).sessions;
    const deps = { bus, partitions: 2, queueMaxBytes: QUEUE_BYTES, source: 's', metrics: createMetrics() };
    const log = { info: keep('info'), warn: keep('warn'), error: keep('error') };
    await replaySession(session as CaptureSession, {
      venues,
      createFeed: (entry, transport, timers) => createReplayFeed({ ...deps, log }, entry, transport, timers),
    });
    expect(said).toEqual([
      ['info', 'Reading recorded frames of Binance.', 'replay:s'],
      ['info', expect.stringContaining('Binance refused a recorded request: '), undefined],
    ]);
    await until(() => ticks().length === 1);
  });

  it('tells how many frames were of symbols that were not asked for, and names the first few', async () => {
    const other: ReplayVenue[] = [{ venue: testVenue('binance'), symbols: ['FOO/BAR'] }];
    const frames = Array.from({ length: 8 }, (_, id) => {
      const { stream, data } = trade(id);
      return { stream, data: { ...data, s: `S${id}USDT` } };
    });
    const file = await capture(
      'a.jsonl',
      frames.map((frame, id) => line('a', TEST_START + id, frame)),
    );
    const [report] = await replay(file, other);
    expect(report).toMatchObject([
      {
        frames: 8,
        trades: 0,
        unlisted: { frames: 8, symbols: ['S0USDT', 'S1USDT', 'S2USDT', 'S3USDT', 'S4USDT'] },
      },
    ]);
  });

  it('jumps over a hole of days instead of living through it', async () => {
    await consume();
    await replay(
      await capture('a.jsonl', [
        line('a', TEST_START, trade(1)),
        line('a', TEST_START + 30 * 86_400_000, trade(2, TEST_START + 30 * 86_400_000)),
      ]),
    );
    expect(bySession[0]?.filter(isClock).length).toBeLessThan(5);
  });

  it('waits for the bus, so that a capture larger than every buffer arrives whole', async () => {
    const count = 12_000;
    const file = await capture(
      'large.jsonl',
      Array.from({ length: count }, (_, index) => line('a', TEST_START + index, trade(index + 1))),
    );
    let finished = false;
    const replayed = replay(file).then(() => (finished = true));
    // The queue fills, then the buffer: from there on the capture has to wait.
    await until(() => /is paused/.test(adapter?.readiness().reason ?? ''));
    expect(finished).toBe(false);
    await consume();
    await replayed;
    expect(ticksOf(bySession[0]).map(({ tradeId }) => tradeId)).toEqual(
      Array.from({ length: count }, (_, index) => String(index + 1)),
    );
    expect(bySession[0]?.filter(isGap)).toEqual([]);
  });

  describe('that are aborted', () => {
    const large = (count: number): Promise<string> =>
      capture(
        'large.jsonl',
        Array.from({ length: count }, (_, index) => line('a', TEST_START + index, trade(index + 1))),
      );
    const begin = async (file: string, options: Pick<ReplayOptions, 'signal' | 'pace'>) => {
      const [session] = (await readCaptures([file], venues)).sessions;
      const deps = { bus, partitions: 2, queueMaxBytes: QUEUE_BYTES, source: 's', log: keptLog() };
      return replaySession(session as CaptureSession, {
        venues,
        createFeed: (entry, transport, timers) => {
          const feed = createReplayFeed({ ...deps, metrics: createMetrics() }, entry, transport, timers);
          adapter = feed.adapter;
          return feed;
        },
        ...options,
      });
    };

    it('end within the lines at hand and tell what they had', async () => {
      await consume();
      const aborting = new AbortController();
      const pace = (recordedMs: number): undefined => {
        if (recordedMs === TEST_START + 10) aborting.abort();
      };
      const [report] = await begin(await large(12_000), { signal: aborting.signal, pace });
      expect(report?.trades).toBeGreaterThan(10);
      expect(report?.trades).toBeLessThan(6_000);
      await until(() => ticks().length === report?.trades);
    });

    it('play nothing more after a wait for a line that was not due yet', async () => {
      await consume();
      const aborting = new AbortController();
      const pace = (recordedMs: number): Promise<void> | undefined =>
        recordedMs === TEST_START + 10 ? Promise.resolve().then(() => aborting.abort()) : undefined;
      const [report] = await begin(await large(100), { signal: aborting.signal, pace });
      expect(report).toMatchObject({ frames: 10, trades: 10 });
      await until(() => ticks().length === 10);
    });

    it('do not wait for a bus that takes nothing, and drain what they gave it once it does', async () => {
      const aborting = new AbortController();
      const replayed = begin(await large(12_000), { signal: aborting.signal });
      await until(() => /is paused/.test(adapter?.readiness().reason ?? ''));
      const disconnected = jest.spyOn(adapter as ExchangeAdapter, 'disconnect');
      aborting.abort();
      await until(() => disconnected.mock.calls.length === 1);
      await consume();
      const [report] = await replayed;
      expect(report?.trades).toBeLessThan(12_000);
      await until(() => ticks().length === report?.trades);
    });
  });

  it('counts malformed lines, names the first few, and goes on', async () => {
    const file = await capture('bad.jsonl', [
      line('a', 1, trade(1)),
      '{"venue":"binance","recv',
      '',
      JSON.stringify({ venue: 'binance', source: 'a', recv_ms: 2, event: 'close' }),
      line('a', 3, trade(2), 'elsewhere'),
      line('a', 4, trade(3)),
      ...Array.from({ length: 10 }, () => 'nonsense'),
    ]);
    const captures = await readCaptures([file], venues);
    expect(captures).toMatchObject({ frames: 2, events: 1, otherVenues: 1, malformed: 11 });
    expect(captures.faults).toEqual(
      [2, 7, 8, 9, 10].map((number) => `bad.jsonl line ${number} is not JSON: skipped.`),
    );
  });

  it('refuses a file that is given twice, also by another name', async () => {
    const file = await capture('a.jsonl', [line('a', 1, trade(1))]);
    await expect(readCaptures([file, file], venues)).rejects.toThrow(
      `The capture ${file} is given twice: name it once.`,
    );
    const link = join(directory, 'link.jsonl');
    await symlink(file, link);
    await expect(readCaptures([file, link], venues)).rejects.toThrow(
      `The capture ${link} (the same file as ${file}) is given twice: name it once.`,
    );
  });

  it('refuses a file that cannot be read with a plain sentence', async () => {
    const file = join(directory, 'missing.jsonl');
    await expect(readCaptures([file], venues)).rejects.toThrow(
      `The capture ${file} cannot be read (ENOENT).`,
    );
    await expect(readCaptures([directory], venues)).rejects.toThrow(
      `The capture ${directory} cannot be read (EISDIR).`,
    );
  });
});
