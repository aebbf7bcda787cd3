import { AMQP_EXCHANGES, type Candle, encodeBatch, routingKeys } from '@neuraltrade/contracts';
import type { OutgoingMessage } from '@neuraltrade/messaging';

const MINUTE = 60_000;

/** Final one-minute candles of one series that walk at random, the same for equal arguments. @param draw from [0, 1). */
export function minuteCandles(
  exchange: string,
  symbol: string,
  firstOpen: number,
  count: number,
  draw: () => number,
): Candle[] {
  let price = 1_000 * (1 + draw());
  return Array.from({ length: count }, (_, index) => {
    const open = price;
    const close = open * Math.exp(0.003 * (draw() - 0.5));
    price = close;
    const high = Math.max(open, close) * (1 + 0.0005 * draw());
    const low = Math.min(open, close) * (1 - 0.0005 * draw());
    return {
      ...{ exchange, symbol, timeframe: '1m', timestamp: firstOpen + index * MINUTE },
      ...{ open, high, low, close, volume: 0.1 + draw(), trades: 7, vwap: (open + close) / 2 },
      ...{ state: 'final', revision: 0, epoch: 1, complete: true },
    };
  });
}

/** A candle as the processor publishes it. */
export function candleMessage(candle: Candle): OutgoingMessage {
  const { exchange, symbol, timeframe, timestamp } = candle;
  return {
    amqpExchange: AMQP_EXCHANGES.ohlcv,
    routingKey: routingKeys.candle('final', timeframe, exchange, symbol),
    messageId: `${exchange}:${symbol}:${timeframe}:${timestamp}`,
    ...encodeBatch('candles', [candle]),
  };
}
