import { type Candle, timeframeMs } from '@neuraltrade/contracts';
import { double, flag, type Table, text, whole } from './table';

/**
 * Every closed candle in its highest (epoch, revision), as it was published. Whether it is complete now is decided at
 * reading, see queries.ts.
 */
export const candlesTable: Table<Candle> = {
  name: 'published_candles',
  columns: [
    text('exchange', (candle) => candle.exchange),
    text('symbol', (candle) => candle.symbol),
    text('timeframe', (candle) => candle.timeframe),
    whole('timestamp', (candle) => candle.timestamp),
    whole('closes_at', (candle) => candle.timestamp + (timeframeMs(candle.timeframe) ?? 0)),
    double('open', (candle) => candle.open),
    double('high', (candle) => candle.high),
    double('low', (candle) => candle.low),
    double('close', (candle) => candle.close),
    double('volume', (candle) => candle.volume),
    whole('trades', (candle) => candle.trades),
    double('vwap', (candle) => candle.vwap),
    text('state', (candle) => candle.state),
    whole('revision', (candle) => candle.revision),
    whole('epoch', (candle) => candle.epoch),
    flag('complete', (candle) => candle.complete),
  ],
  key: ['exchange', 'symbol', 'timeframe', 'timestamp'],
  preference: 'epoch DESC, revision DESC, rowid',
  replacedWhen: '(s.epoch, s.revision) > (t.epoch, t.revision)',
  time: { column: 'timestamp', valueOf: (candle) => candle.timestamp },
};
