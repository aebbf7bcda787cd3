import type { SignalOutcome } from '@neuraltrade/contracts';
import { double, type Table, text, whole } from './table';

/** What became of every signal, once; a repeat takes the place of the earlier copy, as a point does in InfluxDB. */
export const outcomesTable: Table<SignalOutcome> = {
  name: 'signal_outcomes',
  columns: [
    text('exchange', (outcome) => outcome.exchange),
    text('symbol', (outcome) => outcome.symbol),
    text('timeframe', (outcome) => outcome.timeframe),
    text('model_version', (outcome) => outcome.modelVersion),
    whole('timestamp', (outcome) => outcome.timestamp),
    text('signal_type', (outcome) => outcome.signalType),
    whole('horizon_timestamp', (outcome) => outcome.horizonTimestamp),
    text('status', (outcome) => outcome.status),
    double('entry_price', (outcome) => outcome.entryPrice),
    double('exit_price', (outcome) => outcome.exitPrice),
    double('return_bps', (outcome) => outcome.returnBps),
    double('max_adverse_bps', (outcome) => outcome.maxAdverseBps),
    double('max_favourable_bps', (outcome) => outcome.maxFavourableBps),
  ],
  key: ['exchange', 'symbol', 'timeframe', 'model_version', 'timestamp', 'signal_type'],
  preference: 'rowid DESC',
  replacedWhen: 'true',
  time: { column: 'timestamp', valueOf: (outcome) => outcome.timestamp },
};
