import { instrumentOf, readable, stepOf } from '../instrument-rows';
import { isObject, textOf } from '../json-value';
import type { Instrument, InstrumentDirectory, RestRequest } from '../venue';
import { resultOf } from './history';

/** `GET /0/public/AssetPairs`. Its `wsname` is the v1 spelling, which the v2 feed refuses for two assets. */
export const instruments: InstrumentDirectory = {
  request(): RestRequest {
    return { path: '/0/public/AssetPairs', weight: 1 };
  },
  decode(body: string): Instrument[] {
    return readable(Object.values(resultOf(body, 'pairs')).map(decodePair));
  },
};

const V2_NAMES: ReadonlyMap<string, string> = new Map([
  ['XBT', 'BTC'],
  ['XDG', 'DOGE'],
]);

function decodePair(pair: unknown): Instrument | undefined {
  if (!isObject(pair)) return undefined;
  const [base = '', quote = ''] = textOf(pair['wsname'])
    .split('/')
    .map((asset) => V2_NAMES.get(asset) ?? asset);
  return instrumentOf(base, quote, `${base}/${quote}`, {
    trading: pair['status'] === 'online',
    priceStep: stepOf(pair['tick_size']),
    sizeStep: stepOfDecimals(pair['lot_decimals']),
  });
}

/** 8 decimals are steps of 0.00000001. */
function stepOfDecimals(decimals: unknown): string | null {
  if (typeof decimals !== 'number' || !Number.isInteger(decimals) || decimals < 0 || decimals > 20)
    return null;
  return decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`;
}
