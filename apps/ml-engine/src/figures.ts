import { AMQP_EXCHANGES, type ComponentStatus, encodeBatch, routingKeys } from '@neuraltrade/contracts';
import type { MessageBus } from '@neuraltrade/messaging';

/** The ML engine's own component name. */
export const COMPONENT = 'ml-engine';

const STATUS_INTERVAL_MS = 1_000;
/** Inferences whose times are remembered. */
const TIMES_KEPT = 1_024;

/** Times of the newest inferences. */
export class InferenceTimes {
  readonly #timesMs: number[] = [];
  #next = 0;

  /** Takes the time of one, ms. */
  add(timeMs: number): void {
    this.#timesMs[this.#next] = timeMs;
    this.#next = (this.#next + 1) % TIMES_KEPT;
  }

  /** The time that a part of them (0 to 1) did not exceed, ms; 0 without any. */
  quantile(part: number): number {
    const sorted = [...this.#timesMs].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  }
}

/** What is told of the engine beside its name and the time. */
export type EngineStatus = Pick<ComponentStatus, 'state' | 'detail' | 'figures'>;

/** Tells once a second how the engine is, best effort. @returns ends that. */
export function tellStatus(bus: MessageBus, now: () => number, status: () => EngineStatus): () => void {
  const send = (): void => {
    const timestamp = now();
    bus.send({
      amqpExchange: AMQP_EXCHANGES.events,
      routingKey: routingKeys.status(COMPONENT),
      messageId: `${COMPONENT}:${timestamp}`,
      ...encodeBatch('status', [{ component: COMPONENT, ...status(), timestamp }]),
    });
  };
  send();
  const timer = setInterval(send, STATUS_INTERVAL_MS);
  return () => clearInterval(timer);
}
