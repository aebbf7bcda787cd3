import { sinkQueues } from '@neuraltrade/contracts';
import type { MlSignal } from '@neuraltrade/contracts';
import type { MessageBus } from '@neuraltrade/messaging';
import type { MarketStore } from '@neuraltrade/storage';

/** How far behind the present the store is looked through again: what the sink or an engine brings late is found then, ms. */
const OVERLAP_MS = 1_800_000;
/** The longest and the shortest stretch of one query, ms. */
const LONGEST_STEP_MS = 3_600_000;
const SHORTEST_STEP_MS = 1_000;
/** Most signals of one query. */
const MOST_SIGNALS = 5_000;
/** The queue that signals wait in for the store; its bound does not matter for its depth. */
const STORED_FROM = sinkQueues(1).signals.name;

/** What a repair needs. */
export interface SignalRepairDeps {
  /** Where signals are stored. */
  readonly store: Pick<MarketStore, 'signals'>;
  /** Tells what still waits for the store. */
  readonly bus: Pick<MessageBus, 'depth'>;
  /** Takes signals of the store in the order of their timestamps; those that came before are among them. Resolves when there is room for more. */
  readonly take: (signals: readonly MlSignal[]) => Promise<void>;
}

/**
 * Brings back signals that the queue may have lost, which drops its oldest when it is full and is gone when nobody consumes it for
 * half an hour: looks through the store from where everything is known to have come.
 */
export class SignalRepair {
  readonly #deps: SignalRepairDeps;
  #lookedUpTo: number;

  /** @param lookedUpTo up to where an earlier run has looked, ms UTC. */
  constructor(deps: SignalRepairDeps, lookedUpTo: number) {
    this.#deps = deps;
    this.#lookedUpTo = lookedUpTo;
  }

  /** Up to where every stored signal has been taken, ms UTC. */
  get lookedUpTo(): number {
    return this.#lookedUpTo;
  }

  /**
   * Takes every stored signal of the time since.
   * @param now the present, ms UTC.
   * @returns whether that was all: false while some still wait for the store.
   * @throws as the store does.
   */
  async look(now: number): Promise<boolean> {
    const { ready, unacked } = await this.#deps.bus.depth(STORED_FROM);
    let step = LONGEST_STEP_MS;
    for (let from = this.#lookedUpTo; from < now;) {
      const to = Math.min(from + step, now);
      const signals = await this.#deps.store.signals({ from, to, limit: MOST_SIGNALS });
      if (signals.length === MOST_SIGNALS && to - from > SHORTEST_STEP_MS) {
        step = Math.max(SHORTEST_STEP_MS, Math.floor((to - from) / 2));
        continue;
      }
      await this.#deps.take(signals);
      from = to;
      step = Math.min(LONGEST_STEP_MS, 2 * step);
    }
    if (ready > 0 || unacked > 0) return false;
    this.#lookedUpTo = Math.max(this.#lookedUpTo, now - OVERLAP_MS);
    return true;
  }
}
