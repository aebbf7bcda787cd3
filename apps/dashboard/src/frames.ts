import type { Candle } from '@neuraltrade/contracts';
import type { CandleSeriesName, ServerMessage } from '../page/protocol';
import { type PriceEntry, priceRow } from './latest-prices';

/** The bytes of a message; one buffer may go to many clients. */
export function frameOf(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** The bytes of a prices message, from texts that each entry keeps until it changes. */
export function pricesFrame(entries: Iterable<PriceEntry>, snapshot: boolean): Buffer {
  const rows: string[] = [];
  for (const entry of entries) rows.push((entry.text ??= JSON.stringify(priceRow(entry))));
  return Buffer.from(`{"type":"prices","snapshot":${snapshot},"prices":[${rows.join(',')}]}`);
}

/** The bytes of a candles message. */
export function candlesFrame(
  { exchange, symbol, timeframe }: CandleSeriesName,
  candles: readonly Candle[],
  snapshot: boolean,
): Buffer {
  return frameOf({ type: 'candles', snapshot, exchange, symbol, timeframe, candles: [...candles] });
}
