import { candleSchema } from '@neuraltrade/contracts';
import type { SignalsQuery } from '@neuraltrade/storage';
import { HttpFault } from './http-answers';

const DAY_MS = 86_400_000;
const DEFAULT_LIMIT = 300;
const MAX_LIMIT = 1_000;
const MAX_MODEL_VERSION = 64;
const { exchange, symbol, timeframe } = candleSchema.shape;

/** A name that a query may hold: how it is checked, and what it must be. */
const NAMES = {
  exchange: { schema: exchange, rule: 'a venue in lower case, such as binance' },
  symbol: { schema: symbol, rule: 'BASE/QUOTE in upper case, such as BTC/USDT' },
  timeframe: { schema: timeframe, rule: 'a length that divides a day, such as 1m, 5m, 15m or 1h' },
} as const;

/** A stretch of time that was asked for. */
export interface TimeRange {
  /** The first instant, ms UTC, inclusive. */
  readonly from: number;
  /** The end, ms UTC, exclusive. */
  readonly to: number;
}

/** What a request to the API says behind its question mark. Every fault is an HttpFault 400 in plain words. */
export class ApiParameters {
  /** @param given the parameters; of one that is given twice the first counts. */
  constructor(private readonly given: URLSearchParams) {}

  /** A name that must be there. */
  name(name: keyof typeof NAMES): string {
    const text = this.given.get(name) ?? '';
    const { schema, rule } = NAMES[name];
    if (!schema.safeParse(text).success) throw badRequest(`${name} must be ${rule}.`);
    return text;
  }

  /** The names and the model version that signals are narrowed by, each only where it is given. */
  signalNames(): Pick<SignalsQuery, 'exchange' | 'symbol' | 'timeframe' | 'modelVersion'> {
    const modelVersion = this.given.get('modelVersion');
    if (modelVersion === '' || (modelVersion?.length ?? 0) > MAX_MODEL_VERSION)
      throw badRequest(`modelVersion must be 1 to ${MAX_MODEL_VERSION} characters.`);
    return {
      ...this.optionalExchange(),
      ...(this.given.has('symbol') && { symbol: this.name('symbol') }),
      ...(this.given.has('timeframe') && { timeframe: this.name('timeframe') }),
      ...(modelVersion !== null && { modelVersion }),
    };
  }

  /** The venue, where one is given. */
  optionalExchange(): { readonly exchange?: string } {
    return this.given.has('exchange') ? { exchange: this.name('exchange') } : {};
  }

  /** How many rows are wanted at most. */
  limit(): number {
    const limit = wholeNumber(this.given.get('limit') ?? String(DEFAULT_LIMIT));
    if (limit === null || limit < 1 || limit > MAX_LIMIT)
      throw badRequest(`limit must be a whole number from 1 to ${MAX_LIMIT}.`);
    return limit;
  }

  /** An instant, where it is given. */
  instant(name: 'before' | 'from' | 'to'): number | undefined {
    const text = this.given.get(name);
    if (text === null) return undefined;
    const instant = wholeNumber(text);
    if (instant === null)
      throw badRequest(`${name} must be an instant in whole milliseconds since 1970 UTC.`);
    return instant;
  }

  /**
   * The stretch from `from` to `to`; without `to` up to the newest there is, without `from` of that length.
   * @param now the present, ms UTC.
   * @param lengthMs what counts without `from`, back from `to` or from now.
   * @param mostDays the longest one that is answered.
   */
  range(now: number, lengthMs: number, mostDays: number): TimeRange {
    const end = this.instant('to');
    const from = this.instant('from') ?? Math.max(0, Math.min(end ?? now, now) - lengthMs);
    // Clocks of venues may be ahead of ours.
    const to = end ?? Math.max(now, from) + DAY_MS;
    if (from > to) throw badRequest('from must not be after to.');
    if ((end ?? now) - from > mostDays * DAY_MS)
      throw badRequest(`There may be at most ${mostDays} days between from and to.`);
    return { from, to };
  }
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** An answer 400. */
export function badRequest(message: string): HttpFault {
  return new HttpFault(400, 'bad-request', message);
}
