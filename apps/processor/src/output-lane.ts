import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageBus, OutgoingMessage, PublishOutcome } from '@neuraltrade/messaging';

const RETRY_MIN_MS = 20;
const RETRY_MAX_MS = 1_000;

interface Waiting {
  readonly message: OutgoingMessage;
  readonly onStored: (() => void) | undefined;
}

/**
 * Messages that must be stored in their order: one in flight, the next after its confirm. A refused one is tried again
 * for ever (the queue behind it is full, or its topology is being repaired); nothing is skipped.
 */
export class OutputLane {
  private readonly waiting: Waiting[] = [];
  private waiters: { through: number; resolve: () => void }[] = [];
  private added = 0;
  private confirmed = 0;
  private running = false;
  private abandoned = false;
  private refusedSince: number | null = null;

  /** @param onOutcome told what became of every attempt. */
  constructor(
    private readonly bus: MessageBus,
    private readonly onOutcome: (outcome: PublishOutcome) => void,
  ) {}

  /** How long the message at the head has been refused, ms; 0 when it has not. */
  get refusedForMs(): number {
    return this.refusedSince === null ? 0 : performance.now() - this.refusedSince;
  }

  /** Puts a message behind those that wait. @param onStored told when it is confirmed. */
  add(message: OutgoingMessage, onStored?: () => void): void {
    this.added += 1;
    this.waiting.push({ message, onStored });
    if (!this.running) void this.run();
  }

  /** Resolves when everything added before this call is confirmed, whatever is added meanwhile; never once abandoned. */
  settled(): Promise<void> {
    const through = this.added;
    if (this.confirmed >= through) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ through, resolve }));
  }

  /** Gives up what waits: the next owner of the partition makes it anew. */
  abandon(): void {
    this.abandoned = true;
    this.waiting.length = 0;
    this.waiters = [];
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      for (const next of this.waiting.splice(0)) await this.publishUntilConfirmed(next);
    }
    this.running = false;
  }

  private async publishUntilConfirmed({ message, onStored }: Waiting): Promise<void> {
    for (let delay = RETRY_MIN_MS; !this.abandoned; delay = Math.min(delay * 2, RETRY_MAX_MS)) {
      const outcome = await this.bus.publish(message);
      this.onOutcome(outcome);
      if (outcome === 'confirmed') {
        this.refusedSince = null;
        this.confirmed += 1;
        onStored?.();
        const due = this.waiters.filter((waiter) => waiter.through <= this.confirmed);
        if (due.length > 0) this.waiters = this.waiters.filter((waiter) => waiter.through > this.confirmed);
        for (const waiter of due) waiter.resolve();
        return;
      }
      this.refusedSince ??= performance.now();
      await sleep(delay);
    }
  }
}
