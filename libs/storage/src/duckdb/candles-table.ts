import { type Candle, timeframeMs } from '@neuraltrade/contracts';
import { double, flag, type Table, text, whole } from './table';

/** Every closed candle in its highest (epoch, revision), as it was published. Read through {@link CANDLES_VIEW_SQL}. */
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

/**
 * The candles as they are known now: one is incomplete, too, while a gap of dropped trades that cannot be filled overlaps
 * it. Such a trade came beyond the revision horizon, so no revision of the candle tells of it. Decided at reading, so that
 * it holds whichever of candle and gap was stored first, and for each later revision.
 */
export const CANDLES_VIEW_SQL = `
  CREATE OR REPLACE VIEW candles AS
  SELECT * REPLACE (
    complete AND NOT EXISTS (
      SELECT 1 FROM gaps g
      WHERE g.exchange = c.exchange AND g.symbol = c.symbol
        AND g.cause = 'dropped' AND g.status = 'unfillable'
        AND g.from_timestamp < c.closes_at
        AND (g.to_timestamp >= c.timestamp OR g.to_timestamp IS NULL)
    ) AS complete
  )
  FROM published_candles c`;
