import type { Candle } from '@neuraltrade/contracts';
import { startVenueSimulator, type VenueSimulator } from '@neuraltrade/venue-simulator';
import { type Kline, venueNamed, venues } from '@neuraltrade/venues';

const MINUTE_MS = 60_000;
const PAST_MINUTES = 40;
/** A fixed end on a full minute, so that the same trades are there whenever the test runs: 2025-06-02T14:30:00Z. */
const PAST_END_MS = 1_748_874_600_000;
/** Trading stopped so long ago: some minutes without any trade follow. */
const SILENCE_MS = 5 * MINUTE_MS;

/** Simulated venues with a past and no present: nothing is traded any more, so that the range stays as it is. */
export interface SimulatedPast {
  /** The venues. */
  readonly simulator: VenueSimulator;
  /** Open of the first whole minute, ms UTC. */
  readonly from: number;
  /** The end of the last minute with trades, ms UTC; at least three without any are over since then. */
  readonly to: number;
  /** A venue's own candles of the range, ascending. */
  klines(exchange: string, symbol: string): Promise<Kline[]>;
  /** Frees the ports. */
  stop(): Promise<void>;
}

/** Starts them; their clock runs on for the request limits. */
export async function simulatedPast(symbols: readonly string[]): Promise<SimulatedPast> {
  const to = PAST_END_MS;
  let startedAt: number | null = null;
  const simulator = await startVenueSimulator({
    seed: 11,
    tradesPerSecond: 4,
    symbols,
    historyMs: PAST_MINUTES * MINUTE_MS,
    turnIntervalMs: null,
    now: () => (startedAt === null ? to : to + SILENCE_MS + performance.now() - startedAt),
  });
  startedAt = performance.now();
  const from = to - (PAST_MINUTES - 1) * MINUTE_MS;
  return {
    simulator,
    from,
    to,
    async klines(exchange, symbol) {
      const source = venueNamed(exchange)?.klines;
      const range = { symbol, timeframe: '1m', from, to };
      const request = source?.firstRequest(range);
      if (source === undefined || request === undefined || request === null)
        throw new Error(`No candles of ${exchange}.`);
      const response = await fetch((simulator.endpoints.get(exchange)?.restUrl ?? '') + request.path);
      return source.decode(range, request, await response.text(), Date.now()).klines;
    },
    stop: () => simulator.stop(),
  };
}

/** The candle that a faultless pipeline has where the venue has this one; null for a minute without trades. */
export function faultless(exchange: string, symbol: string, kline: Kline): Candle | null {
  const { timestamp, open, high, low, close, volume, trades, vwap } = kline;
  if (volume === 0) return null;
  return {
    exchange,
    symbol,
    timeframe: '1m',
    timestamp,
    open,
    high,
    low,
    close,
    volume,
    trades: trades ?? 1,
    vwap: vwap ?? (high + low) / 2,
    state: 'final',
    revision: 0,
    epoch: 1,
    complete: true,
  };
}

/** The names of the simulated venues, as the registry has them. */
export const EXCHANGES: readonly string[] = venues.map(({ name }) => name);
