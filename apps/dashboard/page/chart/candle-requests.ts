import type { Candle } from '@neuraltrade/contracts';
import type { CandleSeriesName, HttpError } from '../protocol';

/** The gateway has no such series; asking again does not help. */
export class NoSuchSeriesError extends Error {
  override readonly name = 'NoSuchSeriesError';
}

/** Which candles are asked for. */
export interface CandleRequest {
  /** The series. */
  series: CandleSeriesName;
  /** Largest number, 1 to 1,000. */
  limit: number;
  /** Only candles that open before this instant, ms UTC. */
  before?: number;
  /** Shown when the gateway asks for a token. */
  token: string | null;
  /** Ends the request. */
  signal: AbortSignal;
}

/** Candles from the gateway's history, ascending. @throws NoSuchSeriesError, or Error with a sentence. */
export async function requestCandles({
  series,
  limit,
  before,
  token,
  signal,
}: CandleRequest): Promise<Candle[]> {
  const query = new URLSearchParams({ ...series, limit: String(limit) });
  if (before !== undefined) query.set('before', String(before));
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`api/candles?${query}`, { headers, signal });
  if (response.ok) return (await response.json()) as Candle[];
  const message = await sentenceOf(response);
  throw response.status === 404 ? new NoSuchSeriesError(message) : new Error(message);
}

async function sentenceOf(response: Response): Promise<string> {
  try {
    return ((await response.json()) as HttpError).error.message;
  } catch {
    return `The gateway answered ${response.status}.`;
  }
}
