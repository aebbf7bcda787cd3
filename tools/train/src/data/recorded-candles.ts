import { openHistory, type SourceRequest } from '@neuraltrade/backtester';
import type { Candle } from '@neuraltrade/contracts';
import type { Env } from '@neuraltrade/service';
import { DEFAULT_PROCESSING } from '@neuraltrade/processing';
import type { Venue } from '@neuraltrade/venues';

/** Symbols of one venue. */
export interface VenueSeries {
  /** The venue. */
  readonly venue: Venue;
  /** BASE/QUOTE, at least one. */
  readonly symbols: readonly string[];
}

/**
 * The final candles of a recorded market, made of its trades by the processor's own code.
 * @throws ExpectedError with a sentence when the source cannot be read, or holds nothing of a symbol.
 */
export async function recordedCandles(
  source: SourceRequest,
  series: readonly VenueSeries[],
  timeframe: string,
  env: Env,
  onProgress: (part: number) => void,
): Promise<Candle[]> {
  const candles: Candle[] = [];
  for (const [index, { venue, symbols }] of series.entries()) {
    const history = await openHistory({ source, venue }, env);
    try {
      await history.replay(
        {
          exchange: venue.name,
          ...{ symbols, timeframe },
          timing: { latenessMs: DEFAULT_PROCESSING.allowedLatenessMs, latencyMs: 0 },
          onCandle: (candle) => void (candle.state === 'final' && candles.push(candle)),
        },
        (part) => onProgress((index + part) / series.length),
      );
    } finally {
      await history.close();
    }
  }
  return candles;
}
