import type { Gap } from '@neuraltrade/contracts';
import { type Table, text, whole } from './table';

/** Every gap in its latest status; one that was closed never opens again, whatever a repeat says. */
export const gapsTable: Table<Gap> = {
  name: 'gaps',
  columns: [
    text('gap_id', (gap) => gap.gapId),
    text('exchange', (gap) => gap.exchange),
    text('symbol', (gap) => gap.symbol),
    text('after_trade_id', (gap) => gap.afterTradeId),
    text('before_trade_id', (gap) => gap.beforeTradeId),
    whole('from_timestamp', (gap) => gap.fromTimestamp),
    whole('to_timestamp', (gap) => gap.toTimestamp),
    whole('missing', (gap) => gap.missing),
    text('cause', (gap) => gap.cause),
    text('status', (gap) => gap.status),
  ],
  key: ['gap_id'],
  preference: "status = 'open', rowid DESC",
  replacedWhen: "s.status <> 'open' OR t.status = 'open'",
};
