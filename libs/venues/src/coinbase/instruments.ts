import { restJson, unreadable } from '../history-rows';
import { instrumentOf, readable, stepOf } from '../instrument-rows';
import { isList, isObject } from '../json-value';
import type { Instrument, InstrumentDirectory, RestRequest } from '../venue';

/** `GET /products`. BTC-USD, BTC-USDT and BTC-USDC are different products. */
export const instruments: InstrumentDirectory = {
  request(): RestRequest {
    return { path: '/products', weight: 1 };
  },
  decode(body: string): Instrument[] {
    const products = restJson('Coinbase', 'products', body);
    if (!isList(products)) throw unreadable('Coinbase', 'products', 'the answer is no list');
    return readable(products.map(decodeProduct));
  },
};

function decodeProduct(row: unknown): Instrument | undefined {
  if (!isObject(row)) return undefined;
  // In post-only and cancel-only mode nothing can match.
  const halted = row['trading_disabled'] === true || row['post_only'] === true || row['cancel_only'] === true;
  return instrumentOf(row['base_currency'], row['quote_currency'], row['id'], {
    trading: row['status'] === 'online' && !halted,
    priceStep: stepOf(row['quote_increment']),
    sizeStep: stepOf(row['base_increment']),
  });
}
