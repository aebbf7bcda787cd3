import type { MlSignal } from '@neuraltrade/contracts';
import { double, type Table, text, whole } from './table';

/** Every signal once; a repeat takes the place of the earlier copy, as a point does in InfluxDB. */
export const signalsTable: Table<MlSignal> = {
  name: 'signals',
  columns: [
    text('exchange', (signal) => signal.exchange),
    text('symbol', (signal) => signal.symbol),
    text('timeframe', (signal) => signal.timeframe),
    text('model_version', (signal) => signal.modelVersion),
    whole('timestamp', (signal) => signal.timestamp),
    text('signal_type', (signal) => signal.signalType),
    text('risk_level', (signal) => signal.riskLevel),
    double('confidence', (signal) => signal.confidence),
    double('prob_buy', (signal) => signal.probBuy),
    double('prob_hold', (signal) => signal.probHold),
    double('prob_sell', (signal) => signal.probSell),
    double('risk_score', (signal) => signal.riskScore),
    double('inference_time_ms', (signal) => signal.inferenceTimeMs),
  ],
  key: ['exchange', 'symbol', 'timeframe', 'model_version', 'timestamp', 'signal_type', 'risk_level'],
  preference: 'rowid DESC',
  replacedWhen: 'true',
  time: { column: 'timestamp', valueOf: (signal) => signal.timestamp },
};
