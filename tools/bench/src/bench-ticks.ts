import { Point } from '@influxdata/influxdb-client';
import type { ProcessedTick } from '@neuraltrade/contracts';

/** The time of the first tick, ms UTC; each next one is a millisecond later. */
export const START = Date.UTC(2026, 0, 15);
/** Their venues, in turn. */
export const VENUES = ['binance', 'coinbase', 'kraken', 'bybit'] as const;
/** Their symbols, in turn. */
export const SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BTC/USD', 'ETH/USD'] as const;
/** Series of all venues and symbols; tick `index` belongs to the one that `index` is modulo this. */
export const SERIES = VENUES.length * SYMBOLS.length;

/** The tick of an index, from 0; each has an id of its own. */
export function tick(index: number): ProcessedTick {
  const bid = 60_000 + (index % 977) / 8;
  const timestamp = START + index;
  return {
    exchange: VENUES[index % VENUES.length] as string,
    symbol: SYMBOLS[index % SYMBOLS.length] as string,
    bid,
    ask: bid + 0.5,
    last: bid + 0.25,
    volume: ((index % 101) + 1) / 1_024,
    timestamp,
    tradeId: String(4_000_000_000 + index),
    takerSide: index % 2 === 0 ? 'buy' : 'sell',
    receivedAt: timestamp + 20,
    quoted: true,
    quotedAt: timestamp + 10,
    backfilled: false,
    mid: bid + 0.25,
    spread: 0.5,
    spreadBps: (0.5 / (bid + 0.25)) * 10_000,
  };
}

/** The same tick as the official client's point, in a measurement beside ours. */
export function clientPoint(record: ProcessedTick): Point {
  return new Point('client_ticks')
    .tag('exchange', record.exchange)
    .tag('symbol', record.symbol.replace('/', '_'))
    .floatField('bid', record.bid)
    .floatField('ask', record.ask)
    .floatField('last', record.last)
    .floatField('mid', record.mid)
    .floatField('spread', record.spread)
    .floatField('spread_bps', record.spreadBps)
    .floatField('volume', record.volume)
    .stringField('trade_id', record.tradeId)
    .stringField('taker_side', record.takerSide)
    .booleanField('quoted', record.quoted)
    .booleanField('backfilled', record.backfilled)
    .intField('received_at', record.receivedAt)
    .intField('quoted_at', record.quotedAt ?? 0)
    .timestamp(`${record.timestamp}${record.tradeId.slice(-6).padStart(6, '0')}`);
}
