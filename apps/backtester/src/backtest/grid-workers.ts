import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import {
  type AccountSettings,
  BAR_COLUMNS,
  type BarSeries,
  type ParameterValues,
} from '@neuraltrade/strategies';
import { type GridPoint, runPoint } from './grid-points';
import { strategiesOf, type StrategySpec } from './strategy-spec';

/** A grid to run. */
export interface GridJob {
  /** The histories. */
  readonly bars: readonly BarSeries[];
  /** What trades. */
  readonly strategy: StrategySpec;
  /** The account. */
  readonly account: AccountSettings;
  /** Behind this instant nothing is chosen by, ms UTC; null = nothing is set aside. */
  readonly splitAt: number | null;
}

/**
 * Runs every combination in threads of their own, which share the histories. The answer does not depend on their number.
 * @param script what a thread runs: it must call {@link serveGrid} there.
 * @param onDone told how many are done.
 */
export async function runGrid(
  script: string,
  job: GridJob,
  points: readonly ParameterValues[],
  threads: number,
  onDone: (done: number) => void,
): Promise<GridPoint[]> {
  const shared: GridJob = { ...job, bars: job.bars.map(inSharedMemory) };
  const results = new Array<GridPoint>(points.length);
  let next = 0;
  let done = 0;
  const runOne = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(script, { workerData: shared });
      let current = -1;
      const give = (): void => {
        current = next++;
        if (current < points.length) worker.postMessage(points[current]);
        else void worker.terminate().then(() => resolve());
      };
      worker.on('message', (point: GridPoint) => {
        results[current] = point;
        done += 1;
        onDone(done);
        give();
      });
      worker.on('error', reject);
      give();
    });
  await Promise.all(Array.from({ length: Math.min(threads, points.length) }, runOne));
  return results;
}

/** Whether this thread was started by {@link runGrid}. */
export function isGridThread(): boolean {
  return !isMainThread;
}

/** What a thread of {@link runGrid} does: answers each combination with its figures. */
export function serveGrid(): void {
  const { strategy, splitAt, bars, account } = workerData as GridJob;
  const setup = { bars, account, strategies: strategiesOf(strategy, bars) };
  parentPort?.on('message', (values: ParameterValues) => {
    parentPort?.postMessage(runPoint(setup, values, splitAt));
  });
}

function inSharedMemory(bars: BarSeries): BarSeries {
  const columns = BAR_COLUMNS.map((name) => {
    const column = new Float64Array(new SharedArrayBuffer(bars.length * Float64Array.BYTES_PER_ELEMENT));
    column.set(bars[name]);
    return [name, column] as const;
  });
  const complete = new Uint8Array(new SharedArrayBuffer(bars.length));
  complete.set(bars.complete);
  return { ...bars, ...Object.fromEntries(columns), complete };
}
