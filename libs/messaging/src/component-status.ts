import { AMQP_EXCHANGES, type ComponentStatus, encodeBatch, routingKeys } from '@neuraltrade/contracts';
import type { Check } from '@neuraltrade/service';
import type { MessageBus } from './message-bus';

/** Header of a status that tells which of several processes of one component speaks. */
export const REPLICA_HEADER = 'replica';

const PERIOD_MS = 1_000;
const MAX_DETAIL = 512;

/** What a component says of itself, but for its name and the time. */
export type StatusWord = Pick<ComponentStatus, 'state' | 'detail' | 'figures'>;

/** Tells people how a component does, best effort. @param replica the one that speaks, where there are several. */
export function sendStatus(bus: Pick<MessageBus, 'send'>, status: ComponentStatus, replica?: string): void {
  const batch = encodeBatch('status', [{ ...status, detail: status.detail.slice(0, MAX_DETAIL) }]);
  bus.send({
    ...batch,
    amqpExchange: AMQP_EXCHANGES.events,
    routingKey: routingKeys.status(status.component),
    messageId: `status:${status.component}:${replica ?? ''}:${status.timestamp}`,
    headers: { ...batch.headers, ...(replica !== undefined && { [REPLICA_HEADER]: replica }) },
  });
}

/** What a component's checks come to: up, or degraded with the first reason. */
export function wordOfChecks(
  checks: readonly Check[],
  figures: Readonly<Record<string, number>>,
): StatusWord {
  for (const { probe } of checks) {
    const { ok, reason } = probe();
    if (!ok) return { state: 'degraded', detail: reason, figures };
  }
  return { state: 'up', detail: '', figures };
}

/** How a component tells of itself. */
export interface StatusTellerOptions {
  /** Where it is told. */
  readonly bus: Pick<MessageBus, 'send'>;
  /** The component's name ('influx-sink'). */
  readonly component: string;
  /** Which of several processes of the component tells; absent = the only one. */
  readonly replica?: string;
  /** Asked once a second; while it takes longer, or when it fails, nothing is told. */
  readonly read: () => StatusWord | Promise<StatusWord>;
  /** The component's clock, ms UTC. */
  readonly now: () => number;
}

/** Tells once a second how a component does. @returns ends that and says that the component is down. */
export function tellStatus({ bus, component, replica, read, now }: StatusTellerOptions): () => void {
  let asking = false;
  let stopped = false;
  const send = (word: StatusWord): void => sendStatus(bus, { component, ...word, timestamp: now() }, replica);
  const tell = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      const word = await read();
      if (!stopped) send(word);
    } catch {
      // The next second asks again; whoever waits for a word sees that none comes.
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void tell(), PERIOD_MS);
  timer.unref();
  void tell();
  return () => {
    stopped = true;
    clearInterval(timer);
    send({ state: 'down', detail: 'It was stopped.', figures: {} });
  };
}
