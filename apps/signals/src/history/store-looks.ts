import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageBus } from '@neuraltrade/messaging';
import type { CheckResult, Logger } from '@neuraltrade/service';
import type { MarketStore } from '@neuraltrade/storage';
import type { Session } from '../session/session';
import { missingCandles } from './missing-candles';
import { SignalRepair } from './signal-repair';

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

/** Looks into the store for what the queue did not bring: candles that overdue signals lack, and signals. */
export class StoreLooks {
  readonly #deps: StoreLooksDeps;
  readonly #stopping = new AbortController();
  readonly #running: Promise<unknown>;
  #fault = '';

  /** Begins. */
  constructor(deps: StoreLooksDeps) {
    this.#deps = deps;
    const { repairIntervalMs } = deps;
    this.#running = Promise.all([
      this.#repeat(OVERDUE_INTERVAL_MS, (session) => this.#endOverdue(session)),
      ...(repairIntervalMs === null
        ? []
        : [this.#repeat(repairIntervalMs, (session) => this.#repair(session))]),
    ]);
  }

  /** Whether the store answers. */
  health(): CheckResult {
    return { ok: this.#fault === '', reason: this.#fault };
  }

  /** Looks no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Does something with the session at work, again and again; soon again when the store did not answer, or when it says when, ms. */
  async #repeat(intervalMs: number, look: (session: Session) => Promise<number | undefined>): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const session = this.#deps.session();
      let waitMs = session === null ? OVERDUE_INTERVAL_MS : intervalMs;
      try {
        if (session !== null) waitMs = (await look(session)) ?? intervalMs;
        if (failures > 0) this.#tell('');
        failures = 0;
      } catch (error) {
        failures += 1;
        waitMs = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(failures, 10));
        this.#tell(error instanceof Error ? error.message : String(error));
      }
      await this.#wait(waitMs);
    }
  }

  async #endOverdue(session: Session): Promise<undefined> {
    const { outcomes } = session.book;
    for (const overdue of outcomes.overdue(MOST_SERIES)) {
      for (const candle of await missingCandles(this.#deps.store, overdue)) session.book.candle(candle);
      outcomes.end(overdue);
      session.changed();
    }
  }

  async #repair(session: Session): Promise<number | undefined> {
    const { store, bus, enoughFollowed, now } = this.#deps;
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
    return isAll ? undefined : UNSETTLED_INTERVAL_MS;
  }

  async #wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
  }

  #tell(fault: string): void {
    if (fault === this.#fault) return;
    const { log } = this.#deps;
    if (fault === '') log.info('the store answers again');
    else log.warn({ reason: fault }, 'signals cannot be looked for in the store now');
    this.#fault = fault;
  }
}
