import type { MessageBus } from './message-bus';

const PERIOD_MS = 5_000;

/** Asks now and then how many messages wait in some queues: a figure for people. */
export class QueueDepths {
  readonly #bus: Pick<MessageBus, 'depth'>;
  readonly #queues: () => readonly string[];
  readonly #timer: NodeJS.Timeout;
  #asking = false;
  #waiting: number | null = null;

  /** Asks at once and every five seconds. @param queues told anew each time. */
  constructor(bus: Pick<MessageBus, 'depth'>, queues: () => readonly string[]) {
    this.#bus = bus;
    this.#queues = queues;
    this.#timer = setInterval(() => void this.#ask(), PERIOD_MS);
    this.#timer.unref();
    void this.#ask();
  }

  /** Messages that waited in all of them when they were asked last; null when the bus did not say. */
  get waiting(): number | null {
    return this.#waiting;
  }

  /** Asks no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const depths = await Promise.all(this.#queues().map((queue) => this.#bus.depth(queue)));
      this.#waiting = depths.reduce((sum, { ready }) => sum + ready, 0);
    } catch {
      this.#waiting = null;
    } finally {
      this.#asking = false;
    }
  }
}
