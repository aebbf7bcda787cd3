import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { RetryableError } from '@neuraltrade/contracts';
import { type Env, ExpectedError } from '@neuraltrade/service';
import type { SymbolHistory } from '../replay/market-replay';
import { writeReport } from '../report/page-files';
import { readArguments } from './arguments';
import { resultDocument } from './document';
import { runGrid } from './grid-workers';
import { helpText } from './help';
import { openHistory } from './open-history';
import { Progress } from './progress';
import type { BacktestRequest } from './request';
import { type BacktestResult, resultOf } from './result';
import { strategiesOf } from './strategy-spec';
import { splitInstant, type TradingSetup } from './trading';

/** What the command runs in. */
export interface CommandDeps {
  /** The arguments without node and script. */
  readonly args: readonly string[];
  /** The environment. */
  readonly env: Env;
  /** The script of this process, which threads of a grid run, too. */
  readonly script: string;
}

/** Runs the command; the exit code. */
export async function backtest({ args, env, script }: CommandDeps): Promise<number> {
  try {
    const workingDirectory = env['INIT_CWD'] ?? process.cwd();
    const request = readArguments(args, availableParallelism(), (path) => resolve(workingDirectory, path));
    if (request.help) await print(helpText());
    else await run(request, env, script);
    return 0;
  } catch (error) {
    const expected = error instanceof ExpectedError;
    if (!expected && !(error instanceof RetryableError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return expected ? error.exitCode : 1;
  }
}

async function run(request: BacktestRequest, env: Env, script: string): Promise<void> {
  const progress = new Progress(process.stderr);
  const result = await resultFor(request, env, script, progress);
  if (request.report !== null) {
    await writeReport(request.report, result, join(dirname(script), 'page'));
    process.stderr.write(`The report is in ${request.report}.\n`);
  }
  await print(`${JSON.stringify(resultDocument(result), null, 2)}\n`);
}

async function resultFor(
  request: BacktestRequest,
  env: Env,
  script: string,
  progress: Progress,
): Promise<BacktestResult> {
  const history = await openHistory(request, env);
  let histories: SymbolHistory[];
  try {
    const { venue, symbols, timeframe, timing, from, to } = request;
    const plan = { exchange: venue.name, symbols, timeframe, timing, from, to };
    const read = request.candles === 'stored' ? history.candles : history.replay;
    if (read === null) throw new Error(`The source ${request.source.kind} holds no candles.`);
    histories = await read(plan, (part) => progress.show('reading the market', part));
  } finally {
    progress.end();
    await history.close();
  }
  const empty = histories.find(({ bars }) => bars.length === 0);
  if (empty !== undefined)
    throw new ExpectedError(
      `There is no closed ${request.timeframe} candle of ${empty.bars.symbol} in this range: choose another --from and --to, or a shorter timeframe.`,
    );
  const bars = histories.map((each) => each.bars);
  const { account, split } = request;
  const strategy = { name: request.strategy.name };
  const setup: TradingSetup = { bars, account, strategies: strategiesOf(strategy, bars.length) };
  const splitAt = split === null ? null : splitInstant(bars, split);
  const points =
    request.grid === null
      ? null
      : await runGrid(
          script,
          { bars, strategy, account, splitAt },
          request.grid.points,
          request.workers,
          (done) =>
            progress.show(
              `${done} of ${request.grid?.points.length ?? 0} combinations`,
              done / (request.grid?.points.length ?? 1),
            ),
        );
  progress.end();
  return resultOf(request, history.market, histories, setup, splitAt, points);
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
