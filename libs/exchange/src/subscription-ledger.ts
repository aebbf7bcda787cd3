import type { SubscriptionAnswer, SubscriptionFrame, Topic } from '@neuraltrade/venues';

/** How far one topic has come on one connection. */
export type TopicState = 'wanted' | 'sent' | 'live' | 'refused';

interface Entry {
  readonly topic: Topic;
  state: TopicState;
  requestId: string | null;
  sentAt: number;
  reason: string;
}

/** A topic that the venue refused, with its words. */
export interface RefusedTopic {
  /** What was asked for. */
  readonly topic: Topic;
  /** The venue's own words. */
  readonly reason: string;
}

/** What was asked of the venue on one connection and what became of it: an unanswered topic is never taken for a quiet one. */
export class SubscriptionLedger {
  readonly #entries = new Map<string, Entry>();
  #pending: number;

  /** @param topics everything that this connection shall carry. */
  constructor(topics: readonly Topic[]) {
    for (const topic of topics) {
      this.#entries.set(keyOf(topic.purpose, topic.symbol), {
        topic,
        state: 'wanted',
        requestId: null,
        sentAt: 0,
        reason: '',
      });
    }
    this.#pending = this.#entries.size;
  }

  /** How many topics are neither live nor refused. */
  get pending(): number {
    return this.#pending;
  }

  /** Notes that a frame went out. */
  sent(frame: SubscriptionFrame, now: number): void {
    for (const { purpose, symbol } of frame.topics) {
      const entry = this.#entries.get(keyOf(purpose, symbol));
      if (entry === undefined || entry.state === 'live') continue;
      this.#move(entry, 'sent');
      entry.requestId = frame.requestId;
      entry.sentAt = now;
    }
  }

  /** Notes an ack of the venue. */
  acked(answer: SubscriptionAnswer): void {
    for (const entry of this.#spokenOf(answer)) this.#move(entry, 'live');
  }

  /** Notes a refusal of the venue and returns the topics that it hit, none when it cannot be told which. */
  refused(answer: SubscriptionAnswer, reason: string): Topic[] {
    // A refusal may name the symbol but not the channel: only topics of the request that it answers are meant.
    const { requestId } = answer;
    const hit = this.#spokenOf(answer).filter(
      (entry) => entry.state !== 'live' && (requestId === null || entry.requestId === requestId),
    );
    for (const entry of hit) {
      this.#move(entry, 'refused');
      entry.reason = reason;
    }
    return hit.map((entry) => entry.topic);
  }

  /** Notes data, which proves a subscription as well as its ack does; cheap once everything is answered. */
  data(purpose: Topic['purpose'], symbol: string): void {
    if (this.#pending === 0) return;
    const entry = this.#entries.get(keyOf(purpose, symbol));
    if (entry !== undefined) this.#move(entry, 'live');
  }

  /** Takes every topic as live: a capture holds what was subscribed when it was made. */
  assumeLive(): void {
    for (const entry of this.#entries.values()) this.#move(entry, 'live');
  }

  /** Topics asked for at or before the instant and still unanswered. */
  overdue(sentUntil: number): Topic[] {
    if (this.#pending === 0) return [];
    return this.#all((entry) => entry.state === 'sent' && entry.sentAt <= sentUntil).map(
      ({ topic }) => topic,
    );
  }

  /** Gives every unanswered topic a new start of its waiting time: nothing was read meanwhile. */
  excuse(now: number): void {
    for (const entry of this.#entries.values()) if (entry.state === 'sent') entry.sentAt = now;
  }

  /** Whether the symbol's trades are known to flow. */
  tradesLive(symbol: string): boolean {
    return this.#entries.get(keyOf('trades', symbol))?.state === 'live';
  }

  /** Topics that are neither live nor refused. */
  unanswered(): Topic[] {
    return this.#all(({ state }) => state === 'wanted' || state === 'sent').map(({ topic }) => topic);
  }

  /** Topics that the venue refused. */
  refusals(): RefusedTopic[] {
    return this.#all(({ state }) => state === 'refused').map(({ topic, reason }) => ({ topic, reason }));
  }

  #spokenOf({ requestId, topics }: SubscriptionAnswer): Entry[] {
    if (topics !== null) {
      return topics
        .map(({ purpose, symbol }) => this.#entries.get(keyOf(purpose, symbol)))
        .filter((entry) => entry !== undefined);
    }
    if (requestId !== null) return this.#all((entry) => entry.requestId === requestId);
    // A venue that names neither can only mean the one request that waits for an answer.
    const waiting = this.#all(({ state }) => state === 'sent');
    return new Set(waiting.map((entry) => entry.requestId)).size === 1 ? waiting : [];
  }

  #all(matches: (entry: Entry) => boolean): Entry[] {
    return [...this.#entries.values()].filter(matches);
  }

  #move(entry: Entry, state: TopicState): void {
    const waits = (of: TopicState): boolean => of === 'wanted' || of === 'sent';
    this.#pending += Number(waits(state)) - Number(waits(entry.state));
    entry.state = state;
  }
}

function keyOf(purpose: Topic['purpose'], symbol: string): string {
  return `${purpose} ${symbol}`;
}
