import { timeframeMs } from '@neuraltrade/contracts';
import type { DecimalForm } from './decimal';
import { decimalValue } from './decimal';
import type { Kline, KlinePage, KlineRange } from './kline';
import type { RestRequest } from './venue';

/** The fields of one candle as the venue wrote them. */
export interface KlineFields {
  /** Open of the interval, ms UTC; null when the venue's text could not be read. */
  readonly timestamp: number | null;
  /** The venue's decimal, unchecked. */
  readonly open: unknown;
  /** The venue's decimal, unchecked. */
  readonly high: unknown;
  /** The venue's decimal, unchecked. */
  readonly low: unknown;
  /** The venue's decimal, unchecked. */
  readonly close: unknown;
  /** The venue's decimal, base currency, unchecked. */
  readonly volume: unknown;
  /** The venue's count of trades, unchecked; null where it gives none. */
  readonly trades: unknown;
  /** The mean price with its error, or null where the venue gives none. */
  readonly vwap: MeanPrice | null;
  /** Whether the interval is over. */
  readonly closed: boolean;
  /** How this venue writes decimals. */
  readonly form: DecimalForm;
}

/** A mean price and how far its printing may have moved it, both quote currency. */
export interface MeanPrice {
  /** The mean price. */
  readonly price: number;
  /** Largest error, >= 0. */
  readonly error: number;
}

/** The candle; undefined when any field is not what it must be, or open and close do not lie between low and high. */
export function klineOf(fields: KlineFields): Kline | undefined {
  const { timestamp, vwap, closed, form } = fields;
  const [open, high, low, close] = [fields.open, fields.high, fields.low, fields.close].map((raw) =>
    decimalValue(raw, form),
  ) as [number, number, number, number];
  const volume = decimalValue(fields.volume, form);
  const trades = fields.trades === null ? null : decimalValue(fields.trades, 'plain');
  if (timestamp === null || !(volume >= 0) || !(low > 0)) return undefined;
  if (!(low <= open && open <= high && low <= close && close <= high)) return undefined;
  if (trades !== null && !(Number.isSafeInteger(trades) && trades >= 0)) return undefined;
  if (vwap !== null && !(vwap.price > 0 && vwap.error >= 0)) return volume === 0 ? plain() : undefined;
  return plain();

  function plain(): Kline {
    const mean = volume > 0 ? vwap : null;
    const [price, error] = [mean?.price ?? null, mean?.error ?? 0];
    return {
      timestamp: timestamp as number,
      open,
      high,
      low,
      close,
      volume,
      trades,
      vwap: price,
      vwapError: error,
      closed,
    };
  }
}

/** The mean price of a turnover that is printed to `unit` (quote currency), or a price of NaN that {@link klineOf} refuses. */
export function meanOfTurnover(
  turnover: unknown,
  volume: unknown,
  unit: number,
  form: DecimalForm,
): MeanPrice {
  const base = decimalValue(volume, form);
  return { price: decimalValue(turnover, form) / base, error: unit / base };
}

/** The page of an answer's rows. `decodeRow` must not throw. */
export function klinePage(
  range: KlineRange,
  rows: readonly unknown[],
  decodeRow: (row: unknown) => Kline | undefined,
  next: RestRequest | null,
): KlinePage {
  const lengthMs = timeframeMs(range.timeframe) ?? 1;
  const byTime = new Map<number, Kline>();
  let refused = 0;
  for (const row of rows) {
    const kline = decodeRow(row);
    if (kline === undefined || kline.timestamp % lengthMs !== 0) refused++;
    else if (kline.timestamp >= range.from && kline.timestamp < range.to) byTime.set(kline.timestamp, kline);
  }
  const klines = [...byTime.values()].sort((a, b) => a.timestamp - b.timestamp);
  return { klines, next, refused };
}

/** A stretch of a range that one request asks for. */
export interface KlineWindow {
  /** Open of its first interval, ms UTC. */
  readonly first: number;
  /** Open of its last interval, ms UTC. */
  readonly last: number;
  /** How many intervals it has. */
  readonly count: number;
}

/**
 * The stretch that begins at `first` and holds at most `most` intervals; null when the range ends before it. Pages go by
 * time and not by the number of rows, since a venue may leave out intervals without trades.
 */
export function klineWindow(range: KlineRange, first: number, most: number): KlineWindow | null {
  const lengthMs = timeframeMs(range.timeframe);
  if (lengthMs === null || first >= range.to) return null;
  const count = Math.min(most, Math.ceil((range.to - first) / lengthMs));
  return { first, last: first + (count - 1) * lengthMs, count };
}
