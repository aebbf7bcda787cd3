import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExpectedError, leaveOnOutputFault } from '@neuraltrade/service';
import { HELP, readArguments, type ReconcileRequest } from './arguments';
import { type Comparison, compareSeries, settled } from './compare';
import { isHarmless } from './difference';
import { type OurCandles, ourCandles } from './our-candles';
import { agrees, differenceLines, summaryLine, type SymbolReport, table } from './report';
import { type VenueCandles, venueCandles } from './venue-candles';

/** What differs is read again after this time, ms: a candle may just have been revised. */
const SECOND_LOOK_MS = 2_000;
const PROGRESS_MS = 5_000;

async function main(): Promise<number> {
  leaveOnOutputFault();
  const { env } = process;
  const workingDirectory = env['INIT_CWD'] ?? '.';
  const request = readArguments(process.argv.slice(2), Date.now(), (path) => resolve(workingDirectory, path));
  if (request.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const ours = await ourCandles(request, env['AUTH_TOKEN'] || undefined);
  try {
    const theirs = venueCandles(request.venue, venueAddress(request, ours), sayNowAndThen());
    try {
      return await reconcile(request, ours, theirs);
    } finally {
      theirs.close();
    }
  } finally {
    await ours.close();
  }
}

/** Where the venue answers; never one that nobody named. */
function venueAddress({ venue, restUrl, live }: ReconcileRequest, ours: OurCandles): string {
  const address = restUrl ?? ours.restUrl ?? (live ? venue.restUrl : null);
  if (address === null)
    throw new ExpectedError(
      `The pipeline does not tell where ${venue.title} answers: name it with --rest-url.`,
    );
  return address;
}

async function reconcile(request: ReconcileRequest, ours: OurCandles, theirs: VenueCandles): Promise<number> {
  const reports: SymbolReport[] = [];
  for (const symbol of request.symbols) {
    let comparison = await compared(request, symbol, ours, theirs);
    if (!comparison.differences.every(isHarmless)) {
      await sleep(SECOND_LOOK_MS);
      comparison = settled(comparison, await compared(request, symbol, ours, theirs));
    }
    const report = { symbol, comparison };
    reports.push(report);
    await print(differenceLines(request, report));
  }
  await print(summaryLine(request, reports, theirs.refused()));
  process.stderr.write(table(request, reports));
  if (theirs.refused() > 0)
    process.stderr.write(`${theirs.refused()} rows of ${request.venue.title} could not be read.\n`);
  return agrees(reports) ? 0 : 1;
}

async function compared(
  { timeframe, lengthMs, from, to }: ReconcileRequest,
  symbol: string,
  ours: OurCandles,
  theirs: VenueCandles,
): Promise<Comparison> {
  const there = await theirs.read({ symbol, timeframe, from, to });
  const here = await ours.read(symbol);
  return compareSeries({ lengthMs, from, to, here, there });
}

async function print(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** Says at most one sentence in five seconds, the first at once only when the work is long. */
function sayNowAndThen(): (sentence: string) => void {
  let saidAt = Date.now();
  return (sentence) => {
    if (Date.now() - saidAt < PROGRESS_MS) return;
    saidAt = Date.now();
    process.stderr.write(`${sentence}\n`);
  };
}

main().then(
  (code) => void (process.exitCode = code),
  (error: unknown) => {
    const expected = error instanceof ExpectedError;
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${expected ? '' : 'Reconciling stopped: '}${message}\n`);
    process.exitCode = expected ? error.exitCode : 1;
  },
);
