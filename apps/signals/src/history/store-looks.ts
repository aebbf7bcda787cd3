import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageBus } from '@neuraltrade/messaging';
import type { CheckResult, Logger } from '@neuraltrade/service';
import type { MarketStore } from '@neuraltrade/storage';
import type { Session } from '../session/session';
import { missingCandles } from './missing-candles';
import { SignalRepair } from './signal-repair';

/** How often the store is asked whether it answers, ms: the looks may be far apart. */
const ASK_INTERVAL_MS = 10_000;
/** How often it is looked whether signals are overdue, ms. */
const OVERDUE_INTERVAL_MS = 1_000;
/** Time to the next look for signals while some wait for the store, ms. */
const UNSETTLED_INTERVAL_MS = 5_000;
/** Series whose candles are looked for at a time. */
const MOST_SERIES = 20;
/** A store that does not answer is asked again after this time, ms, or later. */
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;

/** What the looks need. */
export interface StoreLooksDeps {
  /** Where signals and candles are stored. */
  readonly store: Pick<MarketStore, 'signals' | 'candles'>;
  /** Tells what still waits for the store. */
  readonly bus: Pick<MessageBus, 'depth'>;
  /** The session at work; null while there is none. */
  readonly session: () => Session | null;
  /** Time between looks for signals, ms; null = none are looked for: what is stored is no news. */
  readonly repairIntervalMs: number | null;
  /** So many followed signals are enough for now: no more are brought back before some of them have their outcome. */
  readonly enoughFollowed: number;
  /** Our clock, ms UTC. */
  readonly now: () => number;
  /** Where faults are told. */
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** Looks into the store for what the queue did not bring: candles that overdue signals lack, and signals. Knows whether it answers. */
export class StoreLooks {
  readonly #deps: StoreLooksDeps;
  readonly #stopping = new AbortController();
  readonly #running: Promise<unknown>;
  /** Why the store does not answer, by who asked. */
  readonly #faults = new Map<Question, string>([['ask', 'The store has not answered yet.']]);

  /** Begins. */
  constructor(deps: StoreLooksDeps) {
    this.#deps = deps;
    const { repairIntervalMs } = deps;
    const looks = [
      this.#repeat('ask', () => this.#ask()),
      this.#repeat('candles', () => this.#endOverdue()),
      ...(repairIntervalMs === null ? [] : [this.#repeat('signals', () => this.#repair(repairIntervalMs))]),
    ];
    this.#running = Promise.all(looks);
  }

  /** Whether the store answers. */
  health(): CheckResult {
    return { ok: this.#fault === '', reason: this.#fault };
  }

  get #fault(): string {
    return [...this.#faults.values()].find((fault) => fault !== '') ?? '';
  }

  /** Looks no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Does something again and again, after the time in ms that it gives; soon again when the store did not answer. */
  async #repeat(question: Question, look: () => Promise<number>): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      let waitMs: number;
      try {
        waitMs = await look();
        this.#tell(question, '');
        failures = 0;
      } catch (error) {
        // Whoever stops this may take the store away first.
        if (this.#stopping.signal.aborted) return;
        failures += 1;
        waitMs = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(failures, 10));
        this.#tell(question, error instanceof Error ? error.message : String(error));
      }
      await this.#wait(waitMs);
    }
  }

  /** A question that costs nothing, also while another replica works and this one looks for nothing. */
  async #ask(): Promise<number> {
    const from = this.#deps.now();
    await this.#deps.store.signals({ from, to: from + 1, limit: 1 });
    return ASK_INTERVAL_MS;
  }

  async #endOverdue(): Promise<number> {
    const session = this.#deps.session();
    if (session === null) return OVERDUE_INTERVAL_MS;
    const { outcomes } = session.book;
    for (const overdue of outcomes.overdue(MOST_SERIES)) {
      for (const candle of await missingCandles(this.#deps.store, overdue)) session.book.candle(candle);
      outcomes.end(overdue);
      session.changed();
    }
    return OVERDUE_INTERVAL_MS;
  }

  async #repair(intervalMs: number): Promise<number> {
    const { store, bus, enoughFollowed, now } = this.#deps;
    const session = this.#deps.session();
    if (session === null) return OVERDUE_INTERVAL_MS;
    const repair = new SignalRepair(
      {
        store,
        bus,
        take: async (signals) => {
          session.repair(signals);
          const isFull = (): boolean => session.book.outcomes.count > enoughFollowed;
          while (isFull() && this.#deps.session() === session) await this.#wait(OVERDUE_INTERVAL_MS);
        },
      },
      session.lookedUpTo,
    );
    const isAll = await repair.look(now());
    session.lookedUpTo = repair.lookedUpTo;
    session.changed();
    return isAll ? intervalMs : Math.min(intervalMs, UNSETTLED_INTERVAL_MS);
  }

  async #wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
  }

  #tell(question: Question, fault: string): void {
    const before = this.#fault;
    this.#faults.set(question, fault);
    const { log } = this.#deps;
    if (this.#fault === before) return;
    if (this.#fault === '') log.info('the store answers');
    else log.warn({ reason: this.#fault }, 'signals cannot be looked for in the store now');
  }
}

/** What the store is asked for: nothing but an answer, candles that overdue signals lack, or signals that the queue may have lost. */
type Question = 'ask' | 'candles' | 'signals';
