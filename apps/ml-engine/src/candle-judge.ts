import { type Candle, decodeBatch, type MlSignal, PermanentError, timeframeMs } from '@neuraltrade/contracts';
import { type Delivery, type MessageBus, publishBatch, type UnusableMessage } from '@neuraltrade/messaging';
import type { Metrics, RecordLedger } from '@neuraltrade/metrics';
import type { Logger } from '@neuraltrade/service';
import type { FeatureRow } from '@neuraltrade/strategies';
import type { FeatureBook } from './feature-book';
import type { Models } from './models';
import { signalMessages } from './signal-messages';

/** What candles are judged with. */
export interface CandleJudgeDeps {
  /** Where signals are published. */
  readonly bus: MessageBus;
  /** The features. */
  readonly book: FeatureBook;
  /** The models. */
  readonly models: Models;
  /** Names of the venues whose candles count. */
  readonly venues: readonly string[];
  /** A candle that closed longer ago gives no signal, ms; null = any does, as in a replay. */
  readonly maxCandleAgeMs: number | null;
  /** The wall clock, ms UTC. */
  readonly now: () => number;
  /** Where records are accounted for. */
  readonly metrics: Metrics;
  /** Told of messages that cannot be used. */
  readonly log: Pick<Logger, 'warn'>;
  /** When it is aborted, signals that are not confirmed are given up; their candles come again. */
  readonly cut: AbortSignal;
  /** Told of the signals that are confirmed. */
  readonly onSignals: (signals: readonly MlSignal[]) => void;
}

/** Takes messages of final candles, and resolves when the signals on them are confirmed. */
export class CandleJudge {
  readonly #deps: CandleJudgeDeps;
  readonly #ledger: RecordLedger;
  readonly #timeframes: ReadonlySet<string>;
  #held = 0;

  /** @param deps what it judges with. */
  constructor(deps: CandleJudgeDeps) {
    this.#deps = deps;
    this.#timeframes = deps.models.timeframes;
    this.#ledger = deps.metrics.ledger('ml-engine');
    this.#ledger.holds(() => this.#held);
  }

  /** Judges the candles of these messages. @throws Error when the signals were given up: the messages shall come again. */
  async judge(deliveries: readonly Delivery[]): Promise<UnusableMessage[]> {
    const unusable: UnusableMessage[] = [];
    const candles: Candle[] = [];
    for (const delivery of deliveries) {
      try {
        candles.push(...this.#read(delivery));
      } catch (error) {
        if (!(error instanceof PermanentError)) throw error;
        unusable.push({ delivery, reason: error.reason, detail: error.message });
        this.#deps.log.warn(
          { reason: error.reason, detail: error.message },
          'A message of candles cannot be used',
        );
      }
    }
    this.#held = candles.length;
    try {
      const rows = await this.#rowsOf(candles);
      const judged = new Set<number>();
      await Promise.all(
        this.#deps.models.judge(rows).map(async (judging) => {
          const signals = await judging;
          await this.#publish(signals.filter((signal) => signal !== null));
          signals.forEach((signal, at) => signal !== null && judged.add(at));
        }),
      );
      this.#ledger.confirmed(judged.size);
      this.#held -= judged.size;
      this.#reject('no-judgement', rows.length - judged.size);
    } finally {
      // What comes again is received again.
      this.#ledger.rejected('returned-to-queue', this.#held);
      this.#held = 0;
    }
    return unusable;
  }

  #read(delivery: Delivery): Candle[] {
    const { records, faults } = decodeBatch('candles', delivery);
    this.#ledger.received(records.length + faults.length);
    this.#ledger.rejected('malformed', faults.length);
    return records;
  }

  /** The rows that models may judge now. */
  async #rowsOf(candles: readonly Candle[]): Promise<FeatureRow[]> {
    const { book, venues } = this.#deps;
    const known = candles.filter(({ exchange }) => venues.includes(exchange));
    this.#reject('unknown-venue', candles.length - known.length);
    const ofModels = known.filter(({ timeframe }) => this.#timeframes.has(timeframe));
    this.#reject('no-model', known.length - ofModels.length);
    await book.prepare(ofModels);
    const rows: FeatureRow[] = [];
    for (const candle of ofModels) {
      const result = await book.add(candle);
      if (result.row === null) this.#reject(result.reason, 1);
      else if (this.#isTooOld(candle)) this.#reject('too-old', 1);
      else rows.push(result.row);
    }
    return rows;
  }

  async #publish(signals: readonly MlSignal[]): Promise<void> {
    const { bus, metrics, cut, onSignals } = this.#deps;
    const confirmed = await publishBatch(bus, signalMessages(signals), {
      signal: cut,
      onOutcome: (outcome) => {
        if (outcome === 'confirmed') metrics.messagesPublished.inc({ kind: 'signals' });
        else if (outcome === 'nacked')
          metrics.messagesNacked.inc({ stage: 'ml-engine', reason: 'queue-full' });
        else metrics.messagesFailed.inc({ stage: 'ml-engine', reason: outcome });
      },
    });
    if (!confirmed) throw new Error('Signals were not confirmed before the stop');
    onSignals(signals);
  }

  #reject(reason: string, count: number): void {
    this.#ledger.rejected(reason, count);
    this.#held -= count;
  }

  #isTooOld({ timestamp, timeframe }: Candle): boolean {
    const { maxCandleAgeMs, now } = this.#deps;
    return maxCandleAgeMs !== null && now() - (timestamp + (timeframeMs(timeframe) ?? 0)) > maxCandleAgeMs;
  }
}
