import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHistory, type SourceRequest } from '@neuraltrade/backtester';
import type { Candle } from '@neuraltrade/contracts';
import { openDuckDbStore, openTickArchive } from '@neuraltrade/storage';
import {
  barsOfCandles,
  type Metrics,
  metricsOf,
  ruleNamed,
  simulate,
  type SimulationResult,
  type StrategyDefinition,
} from '@neuraltrade/strategies';
import { type Venue, venueNamed } from '@neuraltrade/venues';
import { type PeerRun, runPeer } from './backtest-peer';
import { distributionOf } from './distribution';
import { WALK, walkingCandles, walkingTicks } from './walk-market';

/** How much is measured, and beside what. */
export interface BacktestSizes {
  /** One-minute candles that are backtested; a year has 525,600. */
  readonly candles: number;
  /** Trades that are replayed. */
  readonly ticks: number;
  /** The Python that has the peer. */
  readonly python: string;
}

const RULE = ruleNamed('ema-cross') as StrategyDefinition;
const SPANS = { fast: 60, slow: 240 };
/** So much that cutting to whole coins changes little. */
const CASH = 1e9;
const FEE_BPS = 5;
const RUNS = 3;
const BATCH = 50_000;
/** What rounding may make of a sum over a year of trades, relative. */
const ROUNDING = 1e-9;

/** Measures candles and trades a second and tells each figure. */
export async function benchBacktest(sizes: BacktestSizes, tell: (figure: object) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'neuraltrade-bench-'));
  try {
    candleFigure(walkingCandles(sizes.candles), sizes.python, directory, tell);
    await tickFigures(sizes.ticks, directory, tell);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface OwnRun {
  readonly simulation: SimulationResult;
  readonly metrics: Metrics;
}

/** From candles to every figure of the report, as the peer does. */
function ownRun(candles: readonly Candle[]): OwnRun {
  const bars = barsOfCandles({ ...WALK, timeframe: '1m' }, { latenessMs: 0, latencyMs: 0 }, candles);
  const account = { cash: CASH, feeBps: FEE_BPS, slippageBps: 0, lotSize: 1 };
  const simulation = simulate([{ bars, strategy: RULE.create({ ...SPANS, short: 0 }) }], account);
  return { simulation, metrics: metricsOf(simulation, bars.lengthMs) };
}

function candleFigure(
  candles: readonly Candle[],
  python: string,
  directory: string,
  tell: (figure: object) => void,
): void {
  const seconds: number[] = [];
  let own = ownRun(candles);
  for (let run = 0; run < RUNS; run += 1) {
    const begun = performance.now();
    own = ownRun(candles);
    seconds.push((performance.now() - begun) / 1_000);
  }
  const fee = FEE_BPS / 10_000;
  const peer = runPeer({ python, directory, candles, spans: SPANS, cash: CASH, fee, runs: RUNS });
  const value = candles.length / distributionOf(seconds).p50;
  const figure = {
    ...{ figure: 'backtest-candles', unit: 'candles/s', value: Math.round(value), candles: candles.length },
    ...{ runs: RUNS, finalEquity: own.metrics.finalEquity, trades: own.metrics.closedTrades },
  };
  if (typeof peer === 'string') return tell({ ...figure, peer: null, missing: peer });
  const peerValue = candles.length / distributionOf(peer.seconds).p50;
  tell({
    ...{ ...figure, peer: peer.package, peerValue: Math.round(peerValue) },
    ratio: Math.round((value / peerValue) * 10) / 10,
    difference: differenceOf(own, peer, candles) ?? 'none',
  });
}

/** What our run and the peer's do not agree on; null when trades and equity are equal but for rounding. */
function differenceOf(
  { simulation, metrics }: OwnRun,
  peer: PeerRun,
  candles: readonly Candle[],
): string | null {
  const first = candles[0]?.timestamp ?? 0;
  const barOf = (at: number): number => (at - first) / 60_000;
  const own = simulation.trips
    .filter(({ closedAt }) => closedAt !== null)
    .map(({ openedAt, closedAt, quantity, entryPrice, exitPrice }) => [
      ...[barOf(openedAt), barOf(closedAt as number), quantity, entryPrice, exitPrice],
    ]);
  if (own.length !== peer.trades.length) return `${own.length} trades here, ${peer.trades.length} there`;
  const at = own.findIndex((trade, index) =>
    trade.some((value, part) => differ(value, peer.trades[index]?.[part])),
  );
  if (at >= 0) return `trade ${at}: ${String(own[at])} here, ${String(peer.trades[at])} there`;
  if (!differ(metrics.finalEquity, peer.finalEquity)) return null;
  return `a final equity of ${metrics.finalEquity} here, ${peer.finalEquity} there`;
}

function differ(own: number, peer: number | undefined): boolean {
  return peer === undefined || Math.abs(own - peer) > ROUNDING * Math.abs(own);
}

/** Trades a second from what the recorder writes and from the embedded store, through the processor's code to bars. */
async function tickFigures(count: number, directory: string, tell: (figure: object) => void): Promise<void> {
  const places = { parquet: join(directory, 'parquet'), store: join(directory, 'store') };
  const archive = await openTickArchive({ directory: places.parquet, market: 'simulated' });
  const store = await openDuckDbStore({ directory: places.store });
  for (const ticks of walkingTicks(count, BATCH)) {
    await archive.write(ticks);
    await store.writeTicks(ticks);
  }
  await archive.close();
  await store.close();
  const sources: readonly SourceRequest[] = [
    { kind: 'parquet', path: places.parquet },
    { kind: 'store', path: places.store, live: false },
  ];
  for (const source of sources) {
    const begun = performance.now();
    const history = await openHistory({ source, venue: venueNamed(WALK.exchange) as Venue }, {});
    const timing = { latenessMs: 2_000, latencyMs: 250 };
    const plan = { exchange: WALK.exchange, symbols: [WALK.symbol], timeframe: '1m', timing };
    const [replayed] = await history.replay(plan, () => undefined);
    await history.close();
    const seconds = (performance.now() - begun) / 1_000;
    tell({
      figure: `replay-${source.kind}`,
      unit: 'ticks/s',
      value: Math.round(count / seconds),
      ticks: replayed?.coverage.ticks,
      candles: replayed?.coverage.candles,
    });
  }
}
