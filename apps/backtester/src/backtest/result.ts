import {
  type AccountSettings,
  buyAndHold,
  type Metrics,
  type OrderTiming,
  type ParameterGrid,
  type ParameterValues,
} from '@neuraltrade/strategies';
import type { MarketKind } from '../history/history';
import type { Coverage } from '../replay/coverage';
import type { SymbolHistory } from '../replay/market-replay';
import { bestPoint, type GridPoint } from './grid-points';
import type { BacktestRequest } from './request';
import { periodOf, type Run, trade, type TradingSetup } from './trading';

/** What was tested on what. */
export interface BacktestSubject {
  /** Where the market came from. */
  readonly market: MarketKind;
  /** Where its history was kept: the request's `--source`. */
  readonly source: string;
  /** The seed of an invented market; null for any other. */
  readonly seed: number | null;
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbols: readonly string[];
  /** Length of the candles. */
  readonly timeframe: string;
  /** Whether candles were made of trades again, or read as they were stored. */
  readonly candles: 'replayed' | 'stored';
  /** From the first open to the last close, ms UTC. */
  readonly period: { readonly from: number; readonly to: number };
  /** What the history holds and lacks, by symbol. */
  readonly coverage: readonly Coverage[];
  /** The strategy's name. */
  readonly strategy: string;
  /** The model that it acts on; null when it asks none. */
  readonly model: JudgingModel | null;
  /** The account. */
  readonly account: AccountSettings;
  /** Lateness and latency. */
  readonly timing: OrderTiming;
}

/** A model and what it said. */
export interface JudgingModel {
  /** Its name and version. */
  readonly version: string;
  /** SHA-256 of its ONNX file. */
  readonly sha256: string;
  /** Candles that it was asked about, of all symbols. */
  readonly judgedCandles: number;
  /** Of these, candles of which it said something that is no probability distribution: no word of it counts. */
  readonly silentCandles: number;
  /** The highest probability of buying that it gave: above it, `enter` never opens a position. */
  readonly highestBuy: number;
}

/** Everything that came of a request. */
export interface BacktestResult {
  /** What was tested on what. */
  readonly subject: BacktestSubject;
  /** The histories, by symbol. */
  readonly histories: readonly SymbolHistory[];
  /** The parameters of `run`. */
  readonly values: ParameterValues;
  /** The run over the whole period: of a grid its best combination. */
  readonly run: Run;
  /** Buying everything at the first candle and holding it, with the same costs. */
  readonly benchmark: Run;
  /** The same run in two parts; null when none was set aside. */
  readonly split: SplitRuns | null;
  /** The grid; null for a single run. */
  readonly grid: GridResult | null;
}

/** A period in two parts. */
export interface SplitRuns {
  /** Where the second begins, ms UTC. */
  readonly at: number;
  /** Figures of the first: what was chosen by. */
  readonly inSample: Metrics;
  /** Figures of the second, the strategy having seen the first. */
  readonly outOfSample: Metrics;
}

/** A grid that was run. */
export interface GridResult {
  /** Its axes and how many combinations were left out. */
  readonly grid: ParameterGrid;
  /** The figure that the best one has most of. */
  readonly rankBy: keyof Metrics;
  /** Every combination in the grid's order. */
  readonly points: readonly GridPoint[];
  /** Position of the best one. */
  readonly best: number;
}

/** What a request was run with. */
export interface RequestRun {
  /** The request. */
  readonly request: BacktestRequest;
  /** Where its market came from. */
  readonly market: MarketKind;
  /** Its histories, by symbol. */
  readonly histories: readonly SymbolHistory[];
  /** What trades them. */
  readonly setup: TradingSetup;
  /** Where the second part of the period begins, ms UTC; null when none is set aside. */
  readonly splitAt: number | null;
  /** The combinations of its grid that were run; null without a grid. */
  readonly points: readonly GridPoint[] | null;
  /** The model that was asked; null when none was. */
  readonly model: JudgingModel | null;
}

/** Runs what a request asks for and gathers everything about it. */
export function resultOf(run: RequestRun): BacktestResult {
  const { request, market, histories, setup, splitAt, points, model } = run;
  const { source, venue, symbols, timeframe, candles, strategy, account, timing, rankBy } = request;
  const best = points === null ? 0 : bestPoint(points, rankBy);
  const values = points?.[best]?.values ?? request.values;
  const grid = points === null || request.grid === null ? null : { grid: request.grid, rankBy, points, best };
  const benchmark = trade({ ...setup, strategies: setup.bars.map(() => buyAndHold) }, {});
  return {
    subject: {
      market,
      source: source.kind,
      seed: source.kind === 'simulated' ? source.seed : null,
      exchange: venue.name,
      symbols,
      timeframe,
      candles,
      period: periodOf(setup.bars) ?? { from: 0, to: 0 },
      coverage: histories.map(({ coverage }) => coverage),
      strategy: strategy.name,
      model: model && modelSubject(model),
      account,
      timing,
    },
    histories,
    values,
    run: trade(setup, values),
    benchmark,
    split:
      splitAt === null
        ? null
        : {
            at: splitAt,
            inSample: trade(setup, values, { to: splitAt }).metrics,
            outOfSample: trade(setup, values, { from: splitAt }).metrics,
          },
    grid,
  };
}

/** What of a model stands in the result. */
function modelSubject({
  version,
  sha256,
  judgedCandles,
  silentCandles,
  highestBuy,
}: JudgingModel): JudgingModel {
  return { version, sha256, judgedCandles, silentCandles, highestBuy };
}
