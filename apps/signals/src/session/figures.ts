import type { SignalOutcome } from '@neuraltrade/contracts';
import type { Metrics } from '@neuraltrade/metrics';
import type { Decision } from '../filters/filter-rules';

/** What the service has done since it was started, for its status and the metrics. */
export class SignalFigures {
  #signals = 0;
  #accepted = 0;
  #hits = 0;
  #misses = 0;
  #unjudged = 0;
  #delivered = 0;
  #givenUp = 0;

  /** @param metrics where decisions and outcomes are counted. */
  constructor(private readonly metrics: Pick<Metrics, 'signalDecisions' | 'signalOutcomes'>) {}

  /** A signal was decided about. */
  decided(decision: Decision): void {
    this.#signals += 1;
    if (decision === 'accepted') this.#accepted += 1;
    this.metrics.signalDecisions.inc({ decision });
  }

  /** Outcomes were published. */
  published(outcomes: readonly SignalOutcome[]): void {
    for (const { status } of outcomes) {
      if (status === 'hit') this.#hits += 1;
      else if (status === 'miss') this.#misses += 1;
      else this.#unjudged += 1;
      this.metrics.signalOutcomes.inc({ status });
    }
  }

  /** A delivery is done: taken by the receiver, or given up. */
  done(taken: boolean): void {
    if (taken) this.#delivered += 1;
    else this.#givenUp += 1;
  }

  /** The figures by their names. */
  get all(): Readonly<Record<string, number>> {
    return {
      signals: this.#signals,
      accepted: this.#accepted,
      hits: this.#hits,
      misses: this.#misses,
      unjudged: this.#unjudged,
      delivered: this.#delivered,
      deliveriesGivenUp: this.#givenUp,
    };
  }
}
