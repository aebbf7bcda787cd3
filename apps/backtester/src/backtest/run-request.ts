import { dirname, join } from 'node:path';
import { type Env, ExpectedError } from '@neuraltrade/service';
import type { BarSeries } from '@neuraltrade/strategies';
import type { MarketKind } from '../history/history';
import type { JudgedCandles } from '../model/judged-candles';
import { StrategyModel } from '../model/strategy-model';
import type { SymbolHistory } from '../replay/market-replay';
import type { GridPoint } from './grid-points';
import { type GridJob, runGrid } from './grid-workers';
import { openHistory } from './open-history';
import type { Progress } from './progress';
import type { BacktestRequest } from './request';
import { type BacktestResult, resultOf } from './result';
import { strategiesOf } from './strategy-spec';
import { splitInstant } from './trading';

/**
 * Reads the market that a request names, lets its model judge it, and trades.
 * @param script the script of this process: threads of a grid run it, and the program of models lies beside it.
 * @throws ExpectedError with a sentence for the user of the command.
 */
export async function runRequest(
  request: BacktestRequest,
  env: Env,
  script: string,
  progress: Progress,
): Promise<BacktestResult> {
  const { timeframe } = request;
  const program = join(dirname(script), 'inference.cjs');
  const model =
    request.model === null ? null : await StrategyModel.open({ folder: request.model, program, timeframe });
  try {
    const { market, histories } = await readMarket(request, env, progress);
    const bars = histories.map((each) => each.bars);
    const { account, split } = request;
    const strategy = {
      name: request.strategy.name,
      judged: model === null ? null : await judgeAll(model, bars, progress),
    };
    const splitAt = split === null ? null : splitInstant(bars, split);
    const points = await runCombinations(script, { bars, strategy, account, splitAt }, request, progress);
    const setup = { bars, account, strategies: strategiesOf(strategy, bars) };
    return resultOf({ request, market, histories, setup, splitAt, points, model });
  } finally {
    await model?.close();
  }
}

/** The histories of a request, each with a closed candle at least. */
async function readMarket(
  request: BacktestRequest,
  env: Env,
  progress: Progress,
): Promise<{ market: MarketKind; histories: SymbolHistory[] }> {
  const { venue, symbols, timeframe, timing, from, to } = request;
  const history = await openHistory(request, env);
  try {
    const plan = { exchange: venue.name, symbols, timeframe, timing, from, to };
    const read = request.candles === 'stored' ? history.candles : history.replay;
    if (read === null) throw new Error(`The source ${request.source.kind} holds no candles.`);
    const histories = await read(plan, (part) => progress.show('reading the market', part));
    const empty = histories.find(({ bars }) => bars.length === 0);
    if (empty === undefined) return { market: history.market, histories };
    throw new ExpectedError(
      `There is no closed ${timeframe} candle of ${empty.bars.symbol} in this range: choose another --from and --to, or a shorter timeframe.`,
    );
  } finally {
    progress.end();
    await history.close();
  }
}

async function judgeAll(
  model: StrategyModel,
  bars: readonly BarSeries[],
  progress: Progress,
): Promise<JudgedCandles[]> {
  const judged: JudgedCandles[] = [];
  try {
    for (const [index, series] of bars.entries())
      judged.push(
        await model.judge(series, (part) => progress.show('asking the model', (index + part) / bars.length)),
      );
    return judged;
  } finally {
    progress.end();
  }
}

/** Every combination of the request's grid; null when it has none. */
async function runCombinations(
  script: string,
  job: GridJob,
  { grid, workers }: BacktestRequest,
  progress: Progress,
): Promise<GridPoint[] | null> {
  if (grid === null) return null;
  const { points } = grid;
  try {
    return await runGrid(script, job, points, workers, (done) =>
      progress.show(`${done} of ${points.length} combinations`, done / points.length),
    );
  } finally {
    progress.end();
  }
}
