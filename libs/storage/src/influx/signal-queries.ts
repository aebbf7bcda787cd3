import type { MlSignal, SignalOutcome } from '@neuraltrade/contracts';
import outcomePerformance from '../../../../queries/outcome_performance.flux';
import signalPerformance from '../../../../queries/signal_performance.flux';
import signalsWithin from '../../../../queries/signals_within.flux';
import { type OutcomeCounts, outcomePerformances } from '../outcome-performance';
import type {
  OutcomePerformance,
  SignalPerformance,
  SignalPerformanceQuery,
  SignalsQuery,
} from '../signal-queries';
import { fluxQuery, instant } from './flux-query';
import type { FluxRow } from './influx-http';
import { LAST_INSTANT } from './line-protocol';
import { symbolTag } from './points';
import type { RunQuery } from './queries';

/** How far the first search for the newest rows looks back, ms, and how much further each next one. */
const FIRST_SPAN_MS = 3_600_000;
const WIDER = 16;

/** Reads the newest signals of a range, oldest first. */
export function readSignals(run: RunQuery, bucket: string, query: SignalsQuery): Promise<MlSignal[]> {
  return newestWithin(run, bucket, 'ml_signals', query, (row) => ({
    exchange: row('exchange'),
    symbol: row('symbol'),
    timeframe: row('timeframe'),
    signalType: row('signal') as MlSignal['signalType'],
    riskLevel: row('risk_level') as MlSignal['riskLevel'],
    confidence: Number(row('confidence')),
    probBuy: Number(row('prob_buy')),
    probHold: Number(row('prob_hold')),
    probSell: Number(row('prob_sell')),
    riskScore: Number(row('risk_score')),
    inferenceTimeMs: Number(row('inference_time_ms')),
    modelVersion: row('model_version'),
    timestamp: Number(row('timestamp')),
  }));
}

/** Reads the newest outcomes of a range, oldest first. */
export function readOutcomes(run: RunQuery, bucket: string, query: SignalsQuery): Promise<SignalOutcome[]> {
  return newestWithin(run, bucket, 'signal_outcomes', query, (row) => {
    const status = row('status') as SignalOutcome['status'];
    const figure = (column: string): number | null => (status === 'unjudged' ? null : Number(row(column)));
    return {
      exchange: row('exchange'),
      symbol: row('symbol'),
      timeframe: row('timeframe'),
      modelVersion: row('model_version'),
      signalType: row('signal') as SignalOutcome['signalType'],
      timestamp: Number(row('timestamp')),
      horizonTimestamp: Number(row('horizon')),
      status,
      entryPrice: figure('entry_price'),
      exitPrice: figure('exit_price'),
      returnBps: figure('return_bps'),
      maxAdverseBps: figure('max_adverse_bps'),
      maxFavourableBps: figure('max_favourable_bps'),
    };
  });
}

/**
 * The newest rows of a range, oldest first. A long range holds far more rows than are wanted, so they are looked for in its last
 * hour first, then in wider and wider spans.
 */
async function newestWithin<R>(
  run: RunQuery,
  bucket: string,
  measurement: 'ml_signals' | 'signal_outcomes',
  query: SignalsQuery,
  readRow: (row: FluxRow) => R,
): Promise<R[]> {
  const { exchange = '', symbol = '', timeframe = '', modelVersion = '', limit } = query;
  const from = Math.max(0, query.from);
  const to = Math.min(LAST_INSTANT, query.to);
  const names = {
    bucket,
    measurement,
    exchange,
    symbol: symbolTag(symbol),
    timeframe,
    model_version: modelVersion,
    until: instant(to),
    limit: { integer: limit },
  };
  let rows: R[] = [];
  for (let span = FIRST_SPAN_MS; to > from; span *= WIDER) {
    const since = Math.max(from, to - span);
    rows = [];
    await run(
      fluxQuery(signalsWithin, { ...names, since: instant(since) }),
      (row) => void rows.push(readRow(row)),
    );
    if (rows.length >= limit || since === from) break;
  }
  return rows;
}

/** Counts the signals of each model and UTC day. */
export async function readSignalPerformance(
  run: RunQuery,
  bucket: string,
  { exchange = '', from, to }: SignalPerformanceQuery,
): Promise<SignalPerformance[]> {
  const days: SignalPerformance[] = [];
  // InfluxDB refuses an empty range.
  if (from >= to || to <= 0) return days;
  const names = { bucket, exchange, since: instant(from), until: instant(to) };
  await run(fluxQuery(signalPerformance, names), (row) => {
    days.push({
      modelVersion: row('model_version'),
      day: Number(row('day')),
      buy: Number(row('buy')),
      sell: Number(row('sell')),
      hold: Number(row('hold')),
      total: Number(row('total')),
      buyRatio: row('buy_ratio') === '' ? null : Number(row('buy_ratio')),
    });
  });
  return days;
}

/** Judges the outcomes of each model and UTC day. */
export async function readOutcomePerformance(
  run: RunQuery,
  bucket: string,
  { exchange = '', from, to }: SignalPerformanceQuery,
): Promise<OutcomePerformance[]> {
  const counts: OutcomeCounts[] = [];
  // InfluxDB refuses an empty range.
  if (from >= to || to <= 0) return [];
  const names = { bucket, exchange, since: instant(from), until: instant(to) };
  await run(fluxQuery(outcomePerformance, names), (row) => {
    counts.push({
      modelVersion: row('model_version'),
      day: Number(row('day')),
      holds: row('holds') === 'true',
      hits: Number(row('hits')),
      misses: Number(row('misses')),
      unjudged: Number(row('unjudged')),
      returnBpsSum: Number(row('return_bps_sum')),
    });
  });
  return outcomePerformances(counts);
}
