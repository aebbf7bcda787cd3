import { RetryableError } from '@neuraltrade/contracts';
import { type MessageBus, type OutgoingMessage, publishBatch } from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import type { Logger } from '@neuraltrade/service';
import type { Parked } from './outgoing';

/** Where a session publishes and counts. */
export interface SessionOutputsDeps {
  /** Where messages come from and go to. */
  readonly bus: MessageBus;
  /** The queue that the session consumes, for parked copies. */
  readonly queue: string;
  /** Where everything is counted. */
  readonly metrics: Metrics;
  /** Where faults are told. */
  readonly log: Logger;
}

/** What a session publishes, each message until it is confirmed. */
export class SessionOutputs {
  /** @param cut gives up what is not confirmed yet. */
  constructor(
    private readonly deps: SessionOutputsDeps,
    private readonly cut: AbortSignal,
  ) {}

  /** @throws RetryableError when the session ends before all of them are confirmed. */
  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    const all = await publishBatch(this.deps.bus, messages, {
      signal: this.cut,
      onOutcome: (outcome) => {
        if (outcome !== 'confirmed')
          this.deps.metrics.messagesNacked.inc({ stage: 'signals', reason: outcome });
      },
    });
    if (!all) throw new RetryableError('The session ended before everything was published.');
  }

  /** Publishes copies of what cannot be used, and counts and tells them. @throws as publish. */
  async park(parked: readonly Parked[]): Promise<void> {
    const { log, metrics, queue } = this.deps;
    await this.publish(parked.map(({ message }) => message));
    for (const { reason, detail, records } of parked) {
      metrics.parked.inc({ reason }, records);
      log.error({ queue, reason, detail, records }, 'What cannot be used was parked.');
    }
  }
}
