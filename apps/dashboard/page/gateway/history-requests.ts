import type { Candle, Gap } from '@neuraltrade/contracts';
import type { CandleSeriesName, HttpError, MarketName, SignalsAnswer } from '../protocol';

const MOST_GAPS = 1_000;
const MOST_SIGNALS = 500;

/** The gateway knows no such market; asking again does not help. */
export class UnknownMarketError extends Error {
  override readonly name = 'UnknownMarketError';
}

/** What the gateway has stored. Every request throws UnknownMarketError, or an Error with a sentence. */
export class HistoryRequests {
  /** @param token gives the token to show, when there is one. */
  constructor(private readonly token: () => string | null) {}

  /** The newest `limit` candles of a series, of those that open before `before` (ms UTC) if that is given; ascending. */
  candles(
    series: CandleSeriesName,
    { limit, before }: { limit: number; before?: number },
    signal: AbortSignal,
  ): Promise<Candle[]> {
    return this.get('candles', { ...series, limit, ...(before !== undefined && { before }) }, signal);
  }

  /** The gaps of a market that overlap [from, to), ms UTC; without `to` up to now. */
  gaps(
    { exchange, symbol }: MarketName,
    from: number,
    to: number | null,
    signal: AbortSignal,
  ): Promise<Gap[]> {
    const range = { from, ...(to !== null && { to }) };
    return this.get('gaps', { exchange, symbol, limit: MOST_GAPS, ...range }, signal);
  }

  /** The newest signals of every market since `from`, ms UTC, and what became of them. */
  signals(from: number, signal: AbortSignal): Promise<SignalsAnswer> {
    return this.get('signals', { from, limit: MOST_SIGNALS }, signal);
  }

  private async get<T>(
    what: string,
    query: Readonly<Record<string, string | number>>,
    signal: AbortSignal,
  ): Promise<T> {
    const parameters = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)]),
    );
    const token = this.token();
    const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`api/${what}?${parameters}`, { headers, signal });
    if (response.ok) return (await response.json()) as T;
    const message = await sentenceOf(response);
    throw response.status === 404 ? new UnknownMarketError(message) : new Error(message);
  }
}

async function sentenceOf(response: Response): Promise<string> {
  try {
    return ((await response.json()) as HttpError).error.message;
  } catch {
    return `The gateway answered ${response.status}.`;
  }
}
