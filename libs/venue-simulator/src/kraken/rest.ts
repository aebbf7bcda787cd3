import { paddedDecimal } from '../market/decimal-text';
import type { Instrument } from '../market/instrument';
import type { RestAnswer, RestRequest, TradeWitness } from '../server/simulated-venue';
import { answerOhlc } from './ohlc';
import { answerTrades } from './trade-history';

/** Answers of the REST API; faults come with status 200, paths that are not offered with 404. */
export function answerRest(
  request: RestRequest,
  instruments: readonly Instrument[],
  nowMs: number,
  told: TradeWitness,
): RestAnswer {
  switch (request.method === 'GET' ? request.path : '') {
    case '/0/public/AssetPairs':
      return assetPairs(request, instruments);
    case '/0/public/Trades':
      return ofPair(request, instruments, (pair, name) => answerTrades(request, pair, name, told));
    case '/0/public/OHLC':
      return ofPair(request, instruments, (pair, name) => answerOhlc(request, pair, name, nowMs));
    default:
      return { status: 404, body: { error: ['EGeneral:Unknown method'] } };
  }
}

/** The answer of the pair that is asked for; a name with a slash comes back as it stands, any other one as the list's key. */
function ofPair(
  request: RestRequest,
  instruments: readonly Instrument[],
  answer: (pair: Instrument, name: string) => RestAnswer,
): RestAnswer {
  const asked = request.query.get('pair') ?? '';
  if (asked === '') return { status: 200, body: { error: ['EGeneral:Invalid arguments'] } };
  for (const instrument of instruments) {
    const { key, altname, wsname } = pairNames(instrument);
    if ([instrument.listing.symbol, wsname, key, altname].includes(asked)) {
      return answer(instrument, asked.includes('/') ? asked : key);
    }
  }
  return { status: 200, body: { error: ['EQuery:Unknown asset pair'] } };
}

function assetPairs(request: RestRequest, instruments: readonly Instrument[]): RestAnswer {
  const entries = instruments.map((instrument) => [pairNames(instrument), instrument] as const);
  const asked = request.query.get('pair');
  const wanted = asked === null ? null : asked.split(',');
  const found = wanted?.map((name) =>
    entries.find(([names]) => names.key === name || names.altname === name),
  );
  if (found?.includes(undefined)) return { status: 200, body: { error: ['EQuery:Unknown asset pair'] } };
  const shown = found === undefined ? entries : found.filter((entry) => entry !== undefined);
  const result = Object.fromEntries(
    shown.map(([names, instrument]) => [names.key, pairEntry(names, instrument)]),
  );
  return { status: 200, body: { error: [], result } };
}

/** The names that the first API gave Bitcoin and Dogecoin; the list still prints them, v2 refuses them. */
const FIRST_NAMES: ReadonlyMap<string, string> = new Map([
  ['BTC', 'XBT'],
  ['DOGE', 'XDG'],
]);
/** Assets of the first years, which carry X (coins) or Z (currencies) in front of their name. */
const PREFIXED_COINS = new Set(['XBT', 'XDG', 'ETH', 'LTC', 'XRP']);
const PREFIXED_CURRENCIES = new Set(['USD', 'EUR', 'GBP']);

interface PairNames {
  readonly key: string;
  readonly altname: string;
  readonly wsname: string;
  readonly base: string;
  readonly quote: string;
}

function pairNames({ listing }: Instrument): PairNames {
  const base = FIRST_NAMES.get(listing.base) ?? listing.base;
  const quote = FIRST_NAMES.get(listing.quote) ?? listing.quote;
  const [longBase, longQuote] = [longName(base), longName(quote)];
  // Only pairs of two old assets have the long key; Dogecoin's pairs were added without it.
  const long = longBase !== base && longQuote !== quote && base !== 'XDG';
  return {
    key: long ? longBase + longQuote : base + quote,
    altname: base + quote,
    wsname: `${base}/${quote}`,
    base: longBase,
    quote: longQuote,
  };
}

function longName(asset: string): string {
  if (PREFIXED_COINS.has(asset)) return `X${asset}`;
  return PREFIXED_CURRENCIES.has(asset) ? `Z${asset}` : asset;
}

function pairEntry(names: PairNames, { listing }: Instrument): object {
  return {
    altname: names.altname,
    wsname: names.wsname,
    aclass_base: 'currency',
    base: names.base,
    aclass_quote: 'currency',
    quote: names.quote,
    lot: 'unit',
    cost_decimals: 5,
    pair_decimals: listing.priceDecimals,
    lot_decimals: listing.sizeDecimals,
    lot_multiplier: 1,
    leverage_buy: [],
    leverage_sell: [],
    fees: [[0, 0.4]],
    fees_maker: [[0, 0.25]],
    fee_volume_currency: 'ZUSD',
    margin_call: 80,
    margin_stop: 40,
    ordermin: paddedDecimal(1, listing.sizeDecimals),
    costmin: '0.5',
    tick_size: paddedDecimal(1, listing.priceDecimals),
    status: listing.trading ? 'online' : 'cancel_only',
  };
}
