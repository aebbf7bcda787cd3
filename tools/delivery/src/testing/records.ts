import {
  type Clock,
  encodeBatch,
  partitionOf,
  type ProcessedTick,
  type RawRecord,
  type RawTick,
  routingKeys,
} from '@neuraltrade/contracts';
import type { OutgoingMessage } from '@neuraltrade/messaging';

/** Number of partitions of the specs' brokers. */
export const PARTITIONS = 2;

/** A trade without a quote. `timestamp` ms UTC. */
export function rawTick(
  exchange: string,
  symbol: string,
  id: number,
  timestamp: number,
  last = 100,
): RawTick {
  return {
    exchange,
    symbol,
    bid: last,
    ask: last,
    last,
    volume: 0.25,
    timestamp,
    tradeId: String(id),
    takerSide: 'buy',
    receivedAt: timestamp + 20,
    quoted: false,
    quotedAt: null,
    backfilled: false,
  };
}

/** The same trade as the processor hands it out. */
export function processedTick(tick: RawTick): ProcessedTick {
  return { ...tick, mid: tick.last, spread: 0, spreadBps: 0 };
}

/** Everything of a symbol up to `timestamp` has been published. */
export function clock(exchange: string, symbol: string, timestamp: number): Clock {
  return { exchange, symbols: [symbol], timestamp, offsetMs: 0 };
}

/** A message of raw records of one symbol. */
export function rawMessage(
  exchange: string,
  symbol: string,
  messageId: string,
  records: readonly RawRecord[],
): OutgoingMessage {
  return {
    amqpExchange: 'market.raw',
    routingKey: routingKeys.raw(partitionOf(exchange, symbol, PARTITIONS), exchange),
    messageId,
    ...encodeBatch('raw', records),
  };
}
