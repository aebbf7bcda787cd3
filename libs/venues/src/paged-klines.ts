import { timeframeMs } from '@neuraltrade/contracts';
import { isList } from './json-value';
import type { KlineHistory, KlineRange } from './kline';
import { type KlineFields, klineOf, klinePage, type KlineWindow, klineWindow } from './kline-rows';
import { queryValue } from './rest-path';
import type { RestRequest } from './venue';

/** What is a venue's own about candles that are asked for a stretch of time after the other. */
export interface KlinePaging {
  /** The lengths that the venue serves, as we name them. */
  readonly timeframes: readonly string[];
  /** Most candles of one answer. */
  readonly pageSize: number;
  /** The query parameter that says where a page begins. */
  readonly startParameter: string;
  /** What one of that parameter's units lasts, ms. */
  readonly startUnitMs: number;
  /** The request for a stretch of the range. */
  request(range: KlineRange, window: KlineWindow): RestRequest;
  /** The rows of an answer. @throws Error with a sentence when it has none. */
  rows(body: string): readonly unknown[];
  /** The fields of one row. Must not throw. */
  fields(row: readonly unknown[]): Omit<KlineFields, 'closed'>;
}

/** Candles that a venue serves a page after the other, oldest page first; a candle is closed when its interval is over. */
export function pagedKlines(paging: KlinePaging): KlineHistory {
  const { timeframes, pageSize, startParameter, startUnitMs } = paging;
  const page = (range: KlineRange, from: number): RestRequest | null => {
    const window = klineWindow(range, from, pageSize);
    return window === null ? null : paging.request(range, window);
  };
  return {
    timeframes,
    reach: null,
    firstRequest: (range) => (timeframes.includes(range.timeframe) ? page(range, range.from) : null),
    decode(range, request, body, receivedAt) {
      const lengthMs = timeframeMs(range.timeframe) ?? 0;
      const asked = Number(queryValue(request.path, startParameter)) * startUnitMs;
      const decodeRow = (row: unknown) => {
        if (!isList(row)) return undefined;
        const fields = paging.fields(row);
        const { timestamp } = fields;
        return klineOf({ ...fields, closed: timestamp !== null && timestamp + lengthMs <= receivedAt });
      };
      return klinePage(range, paging.rows(body), decodeRow, page(range, asked + pageSize * lengthMs));
    },
  };
}
