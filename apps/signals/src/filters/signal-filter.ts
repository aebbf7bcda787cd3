import type { MlSignal } from '@neuraltrade/contracts';
import { Agreement, type SavedVote } from './agreement';
import { Cooldowns, type SavedCooldown } from './cooldowns';
import { type Decision, type FilterRules, ownRefusal } from './filter-rules';

/** What a filter remembers, as it is saved. */
export interface SavedFilter {
  /** What models say on each venue. */
  readonly votes: readonly SavedVote[];
  /** Which accepted signals hold others back. */
  readonly cooldowns: readonly SavedCooldown[];
}

/**
 * Decides which signals are acted on. It reads no clock: the same signals in the same order with the same event times are decided
 * the same, in one run or over any number of restarts.
 */
export class SignalFilter {
  readonly #rules: FilterRules;
  readonly #agreement: Agreement;
  readonly #cooldowns: Cooldowns;

  /** @param saved what an earlier run has exported. */
  constructor(rules: FilterRules, saved?: SavedFilter) {
    this.#rules = rules;
    this.#agreement = new Agreement(saved?.votes);
    this.#cooldowns = new Cooldowns(saved?.cooldowns);
  }

  /** Decides about a signal that was not decided before. @param eventTime the newest instant that is known of, ms UTC. */
  decide(signal: MlSignal, eventTime: number): Decision {
    const { maxAgeMs, minVenues, agreementMs, cooldownMs } = this.#rules;
    const own = ownRefusal(signal, this.#rules);
    if (own !== 'shadow-model') this.#agreement.vote(signal, own === null);
    if (own !== null) return own;
    if (eventTime - signal.timestamp > maxAgeMs) return 'too-old';
    if (this.#agreement.venuesFor(signal, agreementMs) < minVenues) return 'few-venues';
    if (this.#cooldowns.refuses(signal, cooldownMs)) return 'cooldown';
    this.#cooldowns.begin(signal);
    return 'accepted';
  }

  /** What the next run needs; what can matter to no signal that is young enough is forgotten. @param eventTime as in decide. */
  export(eventTime: number): SavedFilter {
    const { maxAgeMs, agreementMs, cooldownMs } = this.#rules;
    const oldest = eventTime - maxAgeMs;
    return {
      votes: this.#agreement.export(oldest - agreementMs),
      cooldowns: this.#cooldowns.export(oldest - cooldownMs),
    };
  }
}
