import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { KilledWriters } from '../testing/killed-writers';
import { filesBelow, rowsBelow } from '../testing/parquet';
import { MINUTE } from '../testing/records';
import { openDatabase } from './database';
import { DuckDbStore } from './duckdb-store';
import { DAY_MS } from './partition';

/** How many kills at random instants; the long run asks for more. */
const KILLS = Number(process.env['STORE_KILLS'] ?? 3);
const SEED = Number(process.env['STORE_KILL_SEED'] ?? 1);

jest.setTimeout(60_000 + KILLS * 30_000);

describe('what a write has confirmed is there exactly once after kill -9', () => {
  const writers = new KilledWriters();
  let scratch: string;
  let directory: string;

  beforeAll(() => writers.build());
  afterAll(() => writers.dispose());
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-killed-'));
    directory = join(scratch, 'simulated');
  });
  afterEach(async () => {
    await writers.killAll();
    rmSync(scratch, { recursive: true, force: true });
  });

  test(`${KILLS} kills at random instants, seed ${SEED}`, async () => {
    const random = randomFrom(SEED);
    let confirmed = 0;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const before = confirmed;
      const writer = writers.start(directory, { first: confirmed + 1 });
      await writer.until((rounds) => rounds > before);
      await setTimeout(random() * 500);
      await writer.kill();
      confirmed = writer.rounds();
      expect({ kill, ...(await stored(confirmed)) }).toEqual({ kill, ...allOf(confirmed) });
    }
    expect(sealedFiles()).not.toEqual([]);
  });

  test.each(
    ['written', 'synced', 'renamed', 'deleted'].flatMap((step) => [
      // The first file of all; and, since there are eight to make, one that takes late ticks.
      { step, nth: 1 },
      { step, nth: 9 },
    ]),
  )('a kill when sealing has $step a file for the time $nth', async ({ step, nth }) => {
    const writer = writers.start(directory, { killAt: step, nth });
    await writer.killed();
    const confirmed = writer.rounds();
    expect(await stored(confirmed)).toEqual(allOf(confirmed));
  });

  /** What is stored of the rounds up to the confirmed one, read as a user reads it, and what is stored twice of any. */
  async function stored(confirmed: number): Promise<object> {
    const database = await openDatabase({ directory });
    const store = new DuckDbStore(database, { tickRetentionMs: 0, now: () => MINUTE + 4 * DAY_MS });
    const target = mkdtempSync(join(scratch, 'export-'));
    const count = async (sql: string): Promise<unknown> =>
      (await database.reader.runAndReadAll(sql)).getRows()[0]?.[0];
    const ticks = async (name: string): Promise<unknown> => {
      const folder = join(target, name);
      await store.exportTicks({ from: 0, to: MINUTE + 99 * DAY_MS, directory: folder });
      const [row] = await rowsBelow(
        folder,
        `SELECT count(*) FILTER (trade_id::BIGINT < ${(confirmed + 1) * 100})::INTEGER AS ticks,
           (count(*) - count(DISTINCT trade_id))::INTEGER AS doubled FROM files`,
      );
      return row ?? { ticks: 0, doubled: 0 };
    };
    try {
      const exported = await ticks('as found');
      const { faults } = await store.sealTicks();
      const end = MINUTE + confirmed * 60_000;
      return {
        exported,
        exportedAfterSealing: await ticks('sealed'),
        faults,
        unfinished: filesBelow(join(directory, 'sealed-ticks')).filter((path) => !path.endsWith('.parquet')),
        oldInTable: await count(
          `SELECT count(*)::INTEGER FROM ticks WHERE timestamp < ${MINUTE + 4 * DAY_MS - 43_200_000}`,
        ),
        candles: await count(
          `SELECT count(*)::INTEGER FROM published_candles WHERE timestamp BETWEEN ${MINUTE} AND ${end}`,
        ),
        gaps: await count(`SELECT count(*)::INTEGER FROM gaps WHERE after_trade_id::BIGINT <= ${confirmed}`),
        signals: await count(
          `SELECT count(*)::INTEGER FROM signals WHERE timestamp BETWEEN ${MINUTE} AND ${end}`,
        ),
        outcomes: await count(
          `SELECT count(*)::INTEGER FROM signal_outcomes WHERE timestamp BETWEEN ${MINUTE} AND ${end}`,
        ),
      };
    } finally {
      await store.close();
    }
  }

  function allOf(confirmed: number): object {
    const ticks = { ticks: confirmed * 100, doubled: 0 };
    return {
      exported: ticks,
      exportedAfterSealing: ticks,
      faults: [],
      unfinished: [],
      oldInTable: 0,
      candles: confirmed,
      gaps: confirmed,
      signals: confirmed,
      outcomes: confirmed,
    };
  }

  function sealedFiles(): string[] {
    return filesBelow(join(directory, 'sealed-ticks'));
  }
});

/** Numbers from 0 to 1 that the seed alone decides (a linear congruence, good enough to spread instants). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
