import type { StrategyDescription } from '@neuraltrade/strategies';
import { venues } from '@neuraltrade/venues';
import { STRATEGIES } from './strategy-spec';

/** Account, costs and times that apply unless a flag says otherwise. */
export const DEFAULTS = {
  timeframe: '1m',
  cash: 10_000,
  feeBps: 10,
  slippageBps: 2,
  latencyMs: 250,
  latenessMs: 2_000,
  lotSize: 0,
  seed: 1,
  rankBy: 'sharpe',
  simulatedFrom: '2024-01-01',
  simulatedDays: 30,
} as const;

/** The text of --help. */
export function helpText(): string {
  return `Runs a strategy over a recorded market: no look-ahead, fees, slippage and latency counted.

  npm run -s backtest -- --exchange binance --symbols BTC/USDT --source simulated --strategy ema-cross --report out.html

  --exchange NAME     ${venues.map(({ name }) => name).join(', ')}
  --symbols LIST      BASE/QUOTE, separated by commas, all of one quote currency; equal parts of the account for each
  --timeframe TF      length of the candles that are decided on                                       (${DEFAULTS.timeframe})
  --from, --to        2024-01-01, 2024-01-01T04:00:00Z or ms since 1970; cut to whole candles       (all there is;
                      simulated: ${DEFAULTS.simulatedDays} days from ${DEFAULTS.simulatedFrom})

Where the market comes from, --source:
  store               the embedded store of a stopped npm start; --data DIR names its data directory  (data)
                      and --live its live data instead of the simulated
  influx              the InfluxDB that INFLUX_URL, INFLUX_TOKEN, INFLUX_ORG and INFLUX_BUCKET name
  parquet             --data DIR: what the recorder wrote, or an export of ticks
  capture             --data FILE[,FILE]: what npm run record wrote
  simulated           an invented market of --seed N                                                  (${DEFAULTS.seed})
  --candles stored    read stored candles (store, influx) instead of making them again of the trades (replayed)

What trades, --strategy NAME, with --params name=value,...:
${STRATEGIES.map(strategyText).join('\n')}
  --model DIR         the folder of an ONNX model, such as models/direction-1m; belongs to --strategy model

What it costs:
  --cash N            at the start, in the quote currency                                             (${DEFAULTS.cash})
  --fee-bps N         of each amount, hundredths of a percent                                         (${DEFAULTS.feeBps})
  --slippage-bps N    of each price; half the spread comes on top where a quote is known              (${DEFAULTS.slippageBps})
  --latency-ms N      from the decision to the venue                                                  (${DEFAULTS.latencyMs})
  --lateness-ms N     from a candle's close until it is visible                                       (${DEFAULTS.latenessMs})
  --lot-size N        quantities are multiples of it; 0 = any                                         (${DEFAULTS.lotSize})

Many parameters at once:
  --grid SPEC         'fast=5..20/5,slow=20|40|60': from..to/step, or values with | between
  --rank-by NAME      the figure that the best one has most of, such as sharpe or totalReturn         (${DEFAULTS.rankBy})
  --split PART        choose by this part of the period, 0.1 to 0.9, and show the rest apart
  --workers N         threads                                                                         (one a core)

  --report FILE       one HTML page with everything on it
  --help              this text

Standard output: one JSON document; equal input and arguments give equal bytes. docs/backtesting.md tells what is
modelled, what is not, and how each figure is defined.
`;
}

function strategyText({ name, summary, parameters }: StrategyDescription): string {
  const lines = wrapped(summary, 92).map((line) => `      ${line}`);
  const own = parameters.map(
    ({ name: parameter, description, min, max, default: value }) =>
      `      ${parameter.padEnd(8)}${description} ${min} to ${max}, ${value}.`,
  );
  return [`  ${name}`, ...lines, ...own].join('\n');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
