import type { Candle } from '@neuraltrade/contracts';
import type { Kline } from '@neuraltrade/venues';
import type { ReconcileRequest } from './arguments';
import type { Comparison } from './compare';
import { CLASSES, type Difference, type DifferenceClass, isHarmless } from './difference';

/** What came of one symbol. */
export interface SymbolReport {
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Its comparison. */
  readonly comparison: Comparison;
}

type Counts = Partial<Record<DifferenceClass, number>>;

/** One JSON line a difference, each ended by a line feed. */
export function differenceLines(request: ReconcileRequest, { symbol, comparison }: SymbolReport): string {
  const { venue, timeframe } = request;
  return comparison.differences
    .map((difference) => `${JSON.stringify(lineOf(difference, venue.name, symbol, timeframe))}\n`)
    .join('');
}

function lineOf(difference: Difference, exchange: string, symbol: string, timeframe: string): object {
  const { timestamp, here, there, fields } = difference;
  return {
    class: difference.class,
    harmless: isHarmless(difference),
    exchange,
    symbol,
    timeframe,
    timestamp,
    time: new Date(timestamp).toISOString(),
    fields,
    here: here === null ? null : shownCandle(here),
    there: there === null ? null : shownKline(there),
  };
}

function shownCandle({
  open,
  high,
  low,
  close,
  volume,
  trades,
  vwap,
  state,
  revision,
  complete,
}: Candle): object {
  return { open, high, low, close, volume, trades, vwap, state, revision, complete };
}

function shownKline({ open, high, low, close, volume, trades, vwap }: Kline): object {
  return { open, high, low, close, volume, trades, vwap };
}

/** The last JSON line: what was compared and how often each class occurred. */
export function summaryLine(
  { venue, symbols, timeframe, from, to }: ReconcileRequest,
  reports: readonly SymbolReport[],
  refusedRows: number,
): string {
  const sum = (count: (comparison: Comparison) => number): number =>
    reports.reduce((total, { comparison }) => total + count(comparison), 0);
  const summary = {
    summary: true,
    exchange: venue.name,
    symbols,
    timeframe,
    from,
    to,
    compared: sum(({ compared }) => compared),
    equal: sum(({ equal }) => equal),
    open: sum(({ open }) => open),
    refusedRows,
    differences: countsOf(reports),
    agree: agrees(reports),
  };
  return `${JSON.stringify(summary)}\n`;
}

/** Whether every symbol was compared and nothing but harmless differences were found. */
export function agrees(reports: readonly SymbolReport[]): boolean {
  return reports.every(
    ({ comparison: { compared, differences } }) =>
      differences.every(isHarmless) && compared + quietIntervals(differences) > 0,
  );
}

/** Intervals in which both sides say that nothing was traded. */
function quietIntervals(differences: readonly Difference[]): number {
  return differences.filter((difference) => difference.class === 'no-trades').length;
}

function countsOf(reports: readonly SymbolReport[]): Counts {
  const counts: Counts = {};
  for (const name of Object.keys(CLASSES) as DifferenceClass[]) {
    const count = reports.reduce(
      (total, { comparison }) => total + comparison.differences.filter((one) => one.class === name).length,
      0,
    );
    if (count > 0) counts[name] = count;
  }
  return counts;
}

/** A table for people: a line a symbol, a column for each class that occurred, then what the classes mean. */
export function table(request: ReconcileRequest, reports: readonly SymbolReport[]): string {
  const { venue, timeframe, from, to } = request;
  const found = Object.keys(countsOf(reports)) as DifferenceClass[];
  const rows = [
    ['symbol', 'compared', 'equal', ...found],
    ...reports.map((report) => [
      report.symbol,
      String(report.comparison.compared),
      String(report.comparison.equal),
      ...found.map((name) => String(countsOf([report])[name] ?? 0)),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  '),
  );
  const meanings = found.map(
    (name) => `${name}${CLASSES[name].harmless ? ' (harmless)' : ''}: ${CLASSES[name].meaning}.`,
  );
  const head = `${venue.title}, ${timeframe} candles that open from ${iso(from)} to before ${iso(to)}`;
  return [head, ...lines, ...meanings, verdict(reports), ''].join('\n');
}

function verdict(reports: readonly SymbolReport[]): string {
  if (agrees(reports)) return 'Our candles agree with the venue’s.';
  const idle = reports.filter(
    ({ comparison: { compared, differences } }) => compared + quietIntervals(differences) === 0,
  );
  const nothing = idle.map(({ symbol }) => symbol).join(', ');
  return nothing === ''
    ? 'Our candles do not agree with the venue’s: see the classes that are not harmless.'
    : `Nothing could be compared for ${nothing}: both sides must have closed candles in the range.`;
}

function iso(instant: number): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z');
}
