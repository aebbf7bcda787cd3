import { unreadable } from '../history-rows';
import { instrumentOf, readable, stepOf } from '../instrument-rows';
import { isList, isObject } from '../json-value';
import type { Instrument, InstrumentDirectory, RestRequest } from '../venue';
import { resultOf } from './history';

/** `GET /v5/market/instruments-info?category=spot`: one page holds them all. */
export const instruments: InstrumentDirectory = {
  request(): RestRequest {
    return { path: '/v5/market/instruments-info?category=spot', weight: 1 };
  },
  decode(body: string): Instrument[] {
    const { list } = resultOf(body, 'symbols');
    if (!isList(list)) throw unreadable('Bybit', 'symbols', 'there is no list of symbols');
    return readable(list.map(decodeSymbol));
  },
};

function decodeSymbol(row: unknown): Instrument | undefined {
  if (!isObject(row)) return undefined;
  const { priceFilter, lotSizeFilter } = row;
  return instrumentOf(row['baseCoin'], row['quoteCoin'], row['symbol'], {
    trading: row['status'] === 'Trading',
    priceStep: stepOf(isObject(priceFilter) ? priceFilter['tickSize'] : undefined),
    sizeStep: stepOf(isObject(lotSizeFilter) ? lotSizeFilter['basePrecision'] : undefined),
  });
}
