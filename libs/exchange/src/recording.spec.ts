import fc from 'fast-check';
import { isGap } from '@neuraltrade/contracts';
import { RecordedSession } from './testing/recorded-session';
import { binanceHistory, type ScriptedAnswer } from './testing/scripted-history';
import { binanceFrames, coinbaseFrames, TEST_START } from './testing/venue-frames';

const { trade, quote, acked } = binanceFrames;
const ids = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const timeOf = (id: number): number => TEST_START + id;
const failure = (status: number, headers?: Record<string, string>): ScriptedAnswer => ({
  status,
  body: 'not now',
  ...(headers === undefined ? {} : { headers }),
});

/** So that deadlines pass often. */
const shortTimes = { pingIntervalMs: 5_000, pingTimeoutMs: 2_000, silenceLimitMs: 20_000 };

/** What comes over a connection. */
const linkOps: ReadonlySet<string> = new Set(['trades', 'late', 'open', 'ack', 'quote', 'cut', 'pong']);

describe('a recording', () => {
  let session: RecordedSession;

  afterEach(() => session.remove());

  /** Answers the oldest request from Binance's history up to an id, which must be there. */
  const answerUpTo = async (newest: number): Promise<void> => {
    await session.settle();
    const request = session.asked.shift();
    if (request === undefined) throw new Error('Nothing was asked.');
    request.answer(binanceHistory(ids(1, newest), timeOf)(new URL(request.path, 'http://venue.test')));
    await session.settle();
  };
  const opens = (): void => {
    session.transport.latest.opens();
    session.transport.latest.says(acked(1), acked(2), quote('99', '101'));
  };
  /** A loss of ids 4 to 9 with a refused and a failed request before the answer. */
  const loseAndFetch = async (): Promise<void> => {
    opens();
    session.transport.latest.says(...ids(1, 3).map((id) => trade(id)));
    await session.settle();
    session.pass(1_500);
    session.transport.latest.cuts();
    await session.settle();
    session.pass(2_000);
    await session.settle();
    opens();
    session.transport.latest.says(trade(10, timeOf(10)));
    await session.settle();
    session.asked.shift()?.answer(failure(429, { 'retry-after': '2' }));
    await session.settle();
    session.pass(1_000);
    session.transport.latest.says(trade(11, timeOf(11)));
    session.pass(3_000);
    await session.settle();
    session.asked.shift()?.answer(null);
    await session.settle();
    session.pass(4_000);
    await answerUpTo(11);
    session.transport.latest.says(trade(12, timeOf(12)));
    session.pass(1_000);
  };

  it('of cuts, losses, refused and failed requests gives the same records when it is replayed', async () => {
    session = await RecordedSession.begin('binance');
    await loseAndFetch();
    const recorded = await session.end();
    const found = recorded.records.filter(isGap).map(({ cause, status }) => `${cause} ${status}`);
    expect(found).toEqual(['disconnect open', 'disconnect filled']);
    expect(recorded.records.filter((record) => 'backfilled' in record && record.backfilled)).toHaveLength(6);
    const { outcome, report } = await session.replay();
    expect(outcome).toEqual(recorded);
    expect(report.strays).toBe(0);
  });

  it('gives other records without its answers, and says that something had no place', async () => {
    session = await RecordedSession.begin('binance');
    await loseAndFetch();
    const recorded = await session.end();
    const lines = (await session.lines()).filter((line) => !line.includes('"event":"rest"'));
    const { outcome, report } = await session.replay(lines);
    expect(outcome.records).not.toEqual(recorded.records);
    expect(report.strays).toBeGreaterThan(0);
  });

  it('holds where records found no room, and where one of them caused a pause in the middle of a frame', async () => {
    session = await RecordedSession.begin('binance');
    opens();
    session.transport.latest.says(trade(1));
    session.hasRoom = false;
    session.transport.latest.says(trade(2), trade(3));
    session.hasRoom = true;
    session.transport.latest.says(trade(4));
    await answerUpTo(4);
    session.pauseAfter = 2;
    session.transport.latest.says(...ids(5, 8).map((id) => trade(id)));
    await session.settle();
    session.pass(6_000);
    session.adapter.resume();
    await session.settle();
    opens();
    session.transport.latest.says(trade(10, timeOf(10)));
    await answerUpTo(10);
    session.pass(2_000);
    const recorded = await session.end();
    expect(recorded.records.filter(isGap).map(({ cause, status }) => `${cause} ${status}`)).toEqual([
      'dropped open',
      'dropped filled',
      'backpressure open',
      'backpressure filled',
    ]);
    expect((await session.lines()).some((line) => line.includes('"event":"full"'))).toBe(true);
    const { outcome, report } = await session.replay();
    expect(outcome).toEqual(recorded);
    expect(report.strays).toBe(0);
  });

  it('begins in the middle of a market with what an earlier run had published', async () => {
    const state = new Map([['BTC/USDT', { lastTradeId: '5', lastTimestamp: timeOf(5), openGaps: [] }]]);
    session = await RecordedSession.begin('binance', { state });
    opens();
    session.transport.latest.says(trade(9, timeOf(9)));
    await answerUpTo(9);
    session.pass(1_000);
    const recorded = await session.end();
    expect(recorded.records.filter(isGap)[0]).toMatchObject({ cause: 'restart', afterTradeId: '5' });
    expect((await session.replay()).outcome).toEqual(recorded);
  });

  it('draws the same waits after a failure', async () => {
    session = await RecordedSession.begin('binance');
    opens();
    session.transport.latest.says(trade(1), trade(4));
    await session.settle();
    session.asked.shift()?.answer(null);
    // The drawn wait decides when it is asked again, and with it what the clock says by then.
    for (let asked = 0; session.asked.length === 0 && asked < 20; asked += 1) {
      await session.settle();
      session.pass(60);
    }
    await answerUpTo(4);
    const recorded = await session.end();
    const { outcome, report } = await session.replay();
    expect(outcome).toEqual(recorded);
    expect(report.strays).toBe(0);
  });

  it('keeps the settings that shaped its records, whatever the defaults are when it is replayed', async () => {
    session = await RecordedSession.begin('binance', { settings: { gapHoldMs: 0, quoteMaxAgeMs: 5 } });
    opens();
    session.transport.latest.says(trade(1));
    session.pass(10);
    session.transport.latest.says(trade(2), trade(4));
    await answerUpTo(4);
    const recorded = await session.end();
    const kinds = recorded.records.map((record) =>
      isGap(record) ? record.status : 'quoted' in record && (record.quoted ? 'quoted' : 'unquoted'),
    );
    // Without a hold, what comes behind a gap goes out before it is filled.
    expect(kinds).toEqual(['quoted', 'unquoted', 'open', 'unquoted', 'open', 'unquoted', 'filled']);
    expect((await session.replay()).outcome).toEqual(recorded);
  });

  it('goes on with a symbol that comes back from what had been published by then', async () => {
    const state = new Map();
    session = await RecordedSession.begin('binance', { symbols: ['BTC/USDT', 'ETH/USDT'], state });
    opens();
    session.transport.latest.says(trade(5));
    await session.settle();
    session.adapter.setSymbols(['ETH/USDT']);
    state.set('BTC/USDT', { lastTradeId: '5', lastTimestamp: timeOf(5), openGaps: [] });
    session.pass(1_000);
    session.adapter.setSymbols(['ETH/USDT', 'BTC/USDT']);
    state.set('BTC/USDT', { lastTradeId: '9', lastTimestamp: timeOf(9), openGaps: [] });
    session.transport.latest.says(acked(3), acked(4), trade(8));
    await answerUpTo(8);
    session.pass(1_000);
    const recorded = await session.end();
    expect(recorded.records.filter(isGap)[0]).toMatchObject({ cause: 'restart', afterTradeId: '5' });
    const { outcome, report } = await session.replay();
    expect(outcome).toEqual(recorded);
    expect(report.strays).toBe(0);
  });

  it('of promised trades that did not come gives the same gaps', async () => {
    session = await RecordedSession.begin('coinbase', { symbols: ['BTC/USD'] });
    const { match, heartbeat, subscribed, ticker } = coinbaseFrames;
    session.transport.latest.opens();
    session.transport.latest.says(subscribed('matches', 'ticker', 'heartbeat'), ticker(1, '99', '101'));
    session.transport.latest.says(match(1), heartbeat(3, TEST_START + 10));
    await session.settle();
    session.pass(1_500);
    session.transport.latest.says(match(5, TEST_START + 1_400));
    await session.settle();
    session.pass(20_000);
    const recorded = await session.end();
    expect(recorded.records.filter(isGap)[0]?.cause).toBe('heartbeat');
    expect((await session.replay()).outcome).toEqual(recorded);
  });

  it('that ends in the middle of a line gives the records up to there', async () => {
    session = await RecordedSession.begin('binance');
    opens();
    session.transport.latest.says(trade(1));
    await session.settle();
    session.transport.latest.says(trade(2));
    const recorded = await session.end();
    const lines = await session.lines();
    const torn = lines.findIndex((line) => line.includes('\\"t\\":2,'));
    const { outcome } = await session.replay([...lines.slice(0, torn), (lines[torn] ?? '').slice(0, 60)]);
    expect(outcome.records).toEqual(recorded.records.slice(0, 1));
  });

  it('of another version is played as far as it fits, and what does not is counted', async () => {
    session = await RecordedSession.begin('binance');
    opens();
    session.transport.latest.says(trade(1));
    const recorded = await session.end();
    const lines = await session.lines();
    const event = (name: string, body: object, conn?: number): string =>
      JSON.stringify({
        venue: 'binance',
        source: lines[0]?.match(/record-[^"]+/)?.[0],
        conn,
        recv_ms: TEST_START,
        event: name,
        body,
      });
    const strange = [
      event('clock', { timer: 999 }),
      event('clock', { moon: 'full' }),
      event('rest', { request: 7, path: '/nowhere', status: 200, headers: {}, text: '' }),
      event('open', {}, 17),
      event('close', {}, 17),
      event('eclipse', {}),
      event('full', { call: 0 }),
    ];
    const { outcome, report } = await session.replay([...lines.slice(0, -1), ...strange, ...lines.slice(-1)]);
    expect(outcome.records).toEqual(recorded.records);
    expect(report.strays).toBe(strange.length);
  });

  it('gives the same records whatever comes in and in whatever order', async () => {
    const chance = fc.nat({ max: 99 });
    const op = fc.oneof(
      fc.record({
        op: fc.constant('trades' as const),
        skip: fc.nat({ max: 3 }),
        count: fc.integer({ min: 1, max: 4 }),
      }),
      fc.record({ op: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 4_000 }) }),
      fc.record({ op: fc.constant('answer' as const), chance }),
      fc.record({
        op: fc.constantFrom(
          ...([
            'open',
            'open',
            'ack',
            'quote',
            'cut',
            'pong',
            'late',
            'room',
            'pause',
            'resume',
            'symbols',
            'settle',
            'settle',
            'settle',
            'settle',
          ] as const),
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(op, { minLength: 10, maxLength: 120 }), async (ops) => {
        session = await RecordedSession.begin('binance', { settings: shortTimes });
        const opened = new Set<object>();
        const gone = new Set<object>();
        let both = false;
        let newest = 0;
        for (const step of ops) {
          const { latest } = session.transport;
          // Nothing comes from a peer that has gone or was left, nor before the connection is open.
          const open = opened.has(latest);
          if (linkOps.has(step.op) && (gone.has(latest) || latest.ended !== null)) continue;
          if (linkOps.has(step.op) && !open && step.op !== 'open' && step.op !== 'cut') continue;
          switch (step.op) {
            case 'trades':
              newest += step.skip;
              for (let left = step.count; left > 0; left -= 1)
                latest.says(trade((newest += 1), timeOf(newest)));
              break;
            case 'late':
              latest.says(trade(Math.max(1, newest - 2), timeOf(newest - 2)));
              break;
            case 'pass':
              session.pass(step.ms);
              break;
            case 'open':
              if (!open) latest.opens();
              opened.add(latest);
              break;
            case 'ack':
              latest.says(acked(1), acked(2));
              break;
            case 'quote':
              latest.says(quote(String(90 + (newest % 9)), '101'));
              break;
            case 'cut':
              gone.add(latest);
              latest.cuts();
              break;
            case 'pong':
              latest.pongs(latest.pings.at(-1) ?? '');
              break;
            case 'room':
              session.hasRoom = !session.hasRoom;
              break;
            case 'pause':
              session.pauseAfter = 2;
              break;
            case 'resume':
              session.pauseAfter = null;
              session.adapter.resume();
              break;
            case 'symbols':
              both = !both;
              session.adapter.setSymbols(both ? ['BTC/USDT', 'ETH/USDT'] : ['BTC/USDT']);
              break;
            case 'answer': {
              const request = session.asked.shift();
              const url = new URL(request?.path ?? '/', 'http://venue.test');
              const served = ids(1, newest).filter((id) => id % 7 !== 0);
              const faults = [
                null,
                failure(500),
                failure(429, { 'retry-after': '1' }),
                { status: 200, body: '[{' },
              ];
              request?.answer(
                step.chance < 60 ? binanceHistory(served, timeOf)(url) : (faults[step.chance % 4] ?? null),
              );
              break;
            }
            case 'settle':
              await session.settle();
          }
        }
        session.hasRoom = true;
        const recorded = await session.end();
        const { outcome, report } = await session.replay();
        expect(outcome).toEqual(recorded);
        expect(report.strays).toBe(0);
        await session.remove();
      }),
      { numRuns: Number(process.env['RECORDING_RUNS'] ?? 40) },
    );
  });
});
