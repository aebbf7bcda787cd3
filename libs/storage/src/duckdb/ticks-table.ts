import type { ProcessedTick } from '@neuraltrade/contracts';
import { double, flag, type Table, text, whole } from './table';

/** Every processed tick once. The first copy stays: a repeat says nothing new. */
export const ticksTable: Table<ProcessedTick> = {
  name: 'ticks',
  columns: [
    text('exchange', (tick) => tick.exchange),
    text('symbol', (tick) => tick.symbol),
    whole('timestamp', (tick) => tick.timestamp),
    text('trade_id', (tick) => tick.tradeId),
    double('bid', (tick) => tick.bid),
    double('ask', (tick) => tick.ask),
    double('last', (tick) => tick.last),
    double('volume', (tick) => tick.volume),
    text('taker_side', (tick) => tick.takerSide),
    whole('received_at', (tick) => tick.receivedAt),
    flag('quoted', (tick) => tick.quoted),
    whole('quoted_at', (tick) => tick.quotedAt),
    flag('backfilled', (tick) => tick.backfilled),
    flag('inexact', (tick) => tick.inexact === true),
    text('price_text', (tick) => tick.priceText),
    text('volume_text', (tick) => tick.volumeText),
    double('mid', (tick) => tick.mid),
    double('spread', (tick) => tick.spread),
    double('spread_bps', (tick) => tick.spreadBps),
  ],
  key: ['exchange', 'symbol', 'timestamp', 'trade_id'],
  preference: 'rowid',
  time: { column: 'timestamp', valueOf: (tick) => tick.timestamp },
};
