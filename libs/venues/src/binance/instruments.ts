import { restJson, unreadable } from '../history-rows';
import { instrumentOf, readable, stepOf } from '../instrument-rows';
import { isList, isObject } from '../json-value';
import type { Instrument, InstrumentDirectory, RestRequest } from '../venue';

/** `GET /api/v3/exchangeInfo`. */
export const instruments: InstrumentDirectory = {
  request(): RestRequest {
    return { path: '/api/v3/exchangeInfo', weight: 20 };
  },
  decode(body: string): Instrument[] {
    const answer = restJson('Binance', 'symbols', body);
    const symbols = isObject(answer) ? answer['symbols'] : undefined;
    if (!isList(symbols)) throw unreadable('Binance', 'symbols', 'there is no list `symbols`');
    return readable(symbols.map(decodeSymbol));
  },
};

function decodeSymbol(row: unknown): Instrument | undefined {
  if (!isObject(row)) return undefined;
  return instrumentOf(row['baseAsset'], row['quoteAsset'], row['symbol'], {
    trading: row['status'] === 'TRADING',
    priceStep: stepOf(filterField(row['filters'], 'PRICE_FILTER', 'tickSize')),
    sizeStep: stepOf(filterField(row['filters'], 'LOT_SIZE', 'stepSize')),
  });
}

function filterField(filters: unknown, type: string, field: string): unknown {
  if (!isList(filters)) return undefined;
  const filter = filters.find((candidate) => isObject(candidate) && candidate['filterType'] === type);
  return isObject(filter) ? filter[field] : undefined;
}
