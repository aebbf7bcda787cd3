import type { RestRequest } from '@neuraltrade/venues';
import type { RestAnswer } from './rest-get';

/** How a request stands among the others: 'needed' ones go first and are kept through outages. */
export type RestUrgency = 'needed' | 'background';

/** A request that waits for its turn. */
export interface RestJob {
  /** What to ask for. */
  readonly request: RestRequest;
  /** Whether the answer is still needed. */
  readonly wanted: () => boolean;
  /** Takes an answer with status 200. @throws RetryableError or PermanentError when it cannot be used. */
  readonly take: (answer: RestAnswer) => void;
  /** When it is given up, ms UTC, less every wait that the venue had asked for before. */
  readonly giveUpAt: number;
  /** Takes why there is none. */
  readonly reject: (error: unknown) => void;
}

/** The requests of one process to one venue that wait, each urgency in its order. */
export class RestQueue {
  readonly #jobs: Record<RestUrgency, RestJob[]> = { needed: [], background: [] };

  /** Puts a request behind those of its urgency. */
  add(urgency: RestUrgency, job: RestJob): void {
    this.#jobs[urgency].push(job);
  }

  /** Takes the next request of an urgency out; undefined when there is none. */
  take(urgency: RestUrgency): RestJob | undefined {
    return this.#jobs[urgency].shift();
  }

  /** The next request of an urgency, which stays. */
  peek(urgency: RestUrgency): RestJob | undefined {
    return this.#jobs[urgency][0];
  }
}
