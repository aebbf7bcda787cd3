import type { Metrics } from './metrics';

/** What a figure is. */
export interface MetricDefinition {
  /** Its name in {@link Metrics}. */
  readonly name: keyof Metrics;
  /** Its name for people. */
  readonly title: string;
  /** What the number counts: a part of one, a plain number, quote currency, a time in ms. */
  readonly unit: 'part' | 'number' | 'count' | 'money' | 'ms';
  /** How it is reckoned. */
  readonly definition: string;
  /** Who defined it; '' for what needs no source. */
  readonly source: string;
  /** Whether more of it is better; null where that cannot be said. */
  readonly moreIsBetter: boolean | null;
}

const INTERVALS =
  'Intervals have the length of the candles; one without a candle counts as a return of zero. A year has 365 days.';

/** Every figure, in the order in which it is shown. */
export const METRIC_DEFINITIONS: readonly MetricDefinition[] = [
  {
    name: 'finalEquity',
    title: 'Final equity',
    unit: 'money',
    definition:
      'Cash and positions at the last close. Positions that are open then are counted at that price, without costs.',
    source: '',
    moreIsBetter: true,
  },
  {
    name: 'totalReturn',
    title: 'Total return',
    unit: 'part',
    definition: 'Final equity / initial cash - 1.',
    source: '',
    moreIsBetter: true,
  },
  {
    name: 'cagr',
    title: 'CAGR',
    unit: 'part',
    definition:
      '(Final equity / initial cash) ^ (365 days / length of the period) - 1. Of a period much shorter than a year it is an extrapolation that nothing supports.',
    source: 'Compound annual growth rate',
    moreIsBetter: true,
  },
  {
    name: 'volatility',
    title: 'Volatility, a year',
    unit: 'part',
    definition: `Sample standard deviation of the returns of the intervals x root of the intervals in a year. ${INTERVALS}`,
    source: '',
    moreIsBetter: false,
  },
  {
    name: 'sharpe',
    title: 'Sharpe ratio, a year',
    unit: 'number',
    definition: `Mean / sample standard deviation of the returns of the intervals x root of the intervals in a year; the riskless rate is zero.`,
    source: 'W. F. Sharpe, The Sharpe Ratio, Journal of Portfolio Management 21 (1994)',
    moreIsBetter: true,
  },
  {
    name: 'sortino',
    title: 'Sortino ratio, a year',
    unit: 'number',
    definition: `As the Sharpe ratio, with the downside deviation in place of the standard deviation: root of the mean of the squared returns below zero over all intervals.`,
    source:
      'F. A. Sortino, L. N. Price, Performance Measurement in a Downside Risk Framework, Journal of Investing 3 (1994)',
    moreIsBetter: true,
  },
  {
    name: 'calmar',
    title: 'Calmar ratio',
    unit: 'number',
    definition: 'CAGR / deepest drawdown of the whole period.',
    source: 'T. W. Young, Calmar Ratio: A Smoother Tool, Futures 20 (1991); there over 36 months',
    moreIsBetter: true,
  },
  {
    name: 'maxDrawdown',
    title: 'Deepest drawdown',
    unit: 'part',
    definition: 'Least of equity / highest equity before - 1, at the closes of the candles.',
    source: '',
    moreIsBetter: true,
  },
  {
    name: 'maxDrawdownMs',
    title: 'Its length',
    unit: 'ms',
    definition:
      'From the peak before the deepest drawdown until the equity is there again; until the end where it never is.',
    source: '',
    moreIsBetter: false,
  },
  {
    name: 'exposure',
    title: 'Exposure',
    unit: 'part',
    definition: 'Part of the time in which something was held.',
    source: '',
    moreIsBetter: null,
  },
  {
    name: 'turnover',
    title: 'Turnover',
    unit: 'number',
    definition: 'Sum of all amounts bought and sold / mean equity, over the whole period.',
    source: '',
    moreIsBetter: null,
  },
  {
    name: 'closedTrades',
    title: 'Trades',
    unit: 'count',
    definition: 'Positions that were opened and closed again.',
    source: '',
    moreIsBetter: null,
  },
  {
    name: 'hitRate',
    title: 'Hit rate',
    unit: 'part',
    definition: 'Part of these trades that won behind fees and slippage.',
    source: '',
    moreIsBetter: true,
  },
  {
    name: 'profitFactor',
    title: 'Profit factor',
    unit: 'number',
    definition: 'Sum of what winning trades won / sum of what losing ones lost.',
    source: '',
    moreIsBetter: true,
  },
  {
    name: 'averageTrade',
    title: 'Average trade',
    unit: 'part',
    definition: 'Mean of profit / amount at the opening over these trades, behind fees and slippage.',
    source: '',
    moreIsBetter: true,
  },
  {
    name: 'feesPaid',
    title: 'Fees paid',
    unit: 'money',
    definition: 'Sum of the fees of all executions.',
    source: '',
    moreIsBetter: false,
  },
  {
    name: 'slippagePaid',
    title: 'Slippage paid',
    unit: 'money',
    definition:
      'Sum over all executions of how much worse than the traded price they were filled: slippage and half the spread.',
    source: '',
    moreIsBetter: false,
  },
];
