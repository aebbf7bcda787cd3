import { AMQP_EXCHANGES, encodeBatch, type Gap, routingKeys } from '@neuraltrade/contracts';
import type { Metrics } from '@neuraltrade/metrics';
import type { StoredPublisher } from './stored-publisher';

/** More copies are not held: the records in band on market.raw are the ones that count. */
const MAX_WAITING = 10_000;

/** Publishes copies of gap records on market.events, one at a time; of one gap only its latest status waits. */
export class GapCopies {
  readonly #stored: StoredPublisher;
  readonly #source: string;
  readonly #metrics: Metrics;
  readonly #waiting = new Map<string, Gap>();
  #published = 0;
  #work: Promise<void> | null = null;

  /** @param stored publishes them. */
  constructor(stored: StoredPublisher, { source, metrics }: { source: string; metrics: Metrics }) {
    this.#stored = stored;
    this.#source = source;
    this.#metrics = metrics;
  }

  /** Takes a gap record. */
  add(gap: Gap): void {
    if (this.#waiting.size >= MAX_WAITING && !this.#waiting.has(gap.gapId)) {
      this.#metrics.messagesFailed.inc({ stage: 'adapter', reason: 'too-many-gaps' });
      return;
    }
    this.#waiting.set(gap.gapId, gap);
    this.#work ??= this.#publishAll();
  }

  /** Resolves when none waits any more, or the publisher was stopped. */
  async drain(): Promise<void> {
    await this.#work;
  }

  async #publishAll(): Promise<void> {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const [gapId, gap] = next;
      this.#waiting.delete(gapId);
      if (!(await this.#publish(gap))) break;
    }
    this.#work = null;
  }

  #publish(gap: Gap): Promise<boolean> {
    this.#published += 1;
    const message = {
      amqpExchange: AMQP_EXCHANGES.events,
      routingKey: routingKeys.gap(gap.exchange, gap.symbol),
      ...encodeBatch('gaps', [gap]),
      messageId: `${this.#source}:gap:${this.#published}`,
    };
    return this.#stored.publish(message, 'gaps', 1);
  }
}
