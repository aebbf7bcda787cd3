import type { SubscriptionAnswer, SubscriptionFrame, Topic } from '@neuraltrade/venues';

/** How far one topic has come on one connection. */
export type TopicState = 'wanted' | 'sent' | 'live' | 'refused';

/** How soon (ms) a topic is asked for again whose request was refused for the sake of another one. */
const NEIGHBOUR_DELAY_MS = 1_000;
/** How soon (ms) a refused topic is asked for again; doubles with each refusal. */
const REFUSED_DELAY_MS = 5_000;
const REFUSED_DELAY_MAX_MS = 600_000;

interface Entry {
  readonly topic: Topic;
  state: TopicState;
  requestId: string | null;
  /** Not asked for again before this instant, ms UTC. */
  askAt: number;
  /** With so many others it may be asked for at most: fewer once a request of which it was part was refused. */
  company: number;
  refusals: number;
  reason: string;
}

/** A topic that the venue refused, with its words. */
export interface RefusedTopic {
  /** What was asked for. */
  readonly topic: Topic;
  /** The venue's own words. */
  readonly reason: string;
}

/**
 * What was asked of the venue on one connection and what became of it: an unanswered topic is never taken for a quiet
 * one, and a refused one is asked for again, since a venue under maintenance refuses what it will serve later.
 */
export class SubscriptionLedger {
  readonly #entries = new Map<string, Entry>();
  readonly #ackTimeoutMs: number;
  #pending = 0;
  #refused = 0;

  /**
   * @param topics everything that this connection shall carry.
   * @param ackTimeoutMs how long a topic may stay unanswered before it is asked for again, ms.
   */
  constructor(topics: readonly Topic[], ackTimeoutMs: number) {
    this.#ackTimeoutMs = ackTimeoutMs;
    this.add(topics);
  }

  /** How many topics are neither live nor refused. */
  get pending(): number {
    return this.#pending;
  }

  /** Adds topics that shall be carried too; one that is known already stays as it is. */
  add(topics: readonly Topic[]): void {
    for (const topic of topics) {
      const key = keyOf(topic.purpose, topic.symbol);
      if (this.#entries.has(key)) continue;
      this.#entries.set(key, {
        topic,
        state: 'wanted',
        requestId: null,
        askAt: 0,
        company: Infinity,
        refusals: 0,
        reason: '',
      });
      this.#pending += 1;
    }
  }

  /** Forgets topics: they are not wanted any more. */
  remove(topics: readonly Topic[]): void {
    for (const { purpose, symbol } of topics) {
      const key = keyOf(purpose, symbol);
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      this.#entries.delete(key);
      this.#count(entry.state, -1);
    }
  }

  /** Notes that a frame went out. */
  sent(frame: SubscriptionFrame, now: number): void {
    for (const { purpose, symbol } of frame.topics) {
      const entry = this.#entries.get(keyOf(purpose, symbol));
      if (entry === undefined || entry.state === 'live') continue;
      entry.requestId = frame.requestId;
      entry.askAt = now + this.#ackTimeoutMs;
      // What was refused counts as refused until the venue says otherwise.
      if (entry.state === 'refused') entry.askAt = now + refusedDelayMs(entry);
      else this.#move(entry, 'sent');
    }
  }

  /** Notes an ack of the venue. */
  acked(answer: SubscriptionAnswer): void {
    for (const entry of this.#spokenOf(answer)) this.#move(entry, 'live');
  }

  /**
   * Notes a refusal of the venue and returns the topics that it hit, none when it cannot be told which. A request that is
   * refused as a whole may hold one bad topic among good ones: its halves are asked for again until that one stands alone.
   */
  refused(answer: SubscriptionAnswer, reason: string, now: number): Topic[] {
    // A refusal may name the symbol but not the channel: only topics of the request that it answers are meant.
    const { requestId } = answer;
    const hit = this.#spokenOf(answer).filter(
      (entry) => entry.state !== 'live' && (requestId === null || entry.requestId === requestId),
    );
    if (answer.topics === null && hit.length > 1) {
      this.#split(hit, now);
      return [];
    }
    if (hit.length === 0) {
      // One of those that wait was meant; in smaller company it will stand alone in the end.
      this.#split(
        this.#all(({ state }) => state === 'sent'),
        null,
      );
    }
    for (const entry of hit) this.#refuse(entry, reason, now);
    return hit.map((entry) => entry.topic);
  }

  /** Notes data, which proves a subscription as well as its ack does; cheap once everything is answered. */
  data(purpose: Topic['purpose'], symbol: string): void {
    if (this.#pending === 0 && this.#refused === 0) return;
    const entry = this.#entries.get(keyOf(purpose, symbol));
    if (entry !== undefined) this.#move(entry, 'live');
  }

  /** Takes every topic as live: a capture holds what was subscribed when it was made. */
  assumeLive(): void {
    for (const entry of this.#entries.values()) this.#move(entry, 'live');
  }

  /** Topics that are to be asked for now: each list in requests of its own. */
  due(now: number): Topic[][] {
    if (this.#pending === 0 && this.#refused === 0) return [];
    const lists: Topic[][] = [];
    const open = new Map<number, Topic[]>();
    for (const { state, askAt, company, topic } of this.#entries.values()) {
      if (state === 'live' || askAt > now) continue;
      let list = open.get(company);
      if (list === undefined || list.length >= company) {
        list = [];
        open.set(company, list);
        lists.push(list);
      }
      list.push(topic);
    }
    return lists;
  }

  /** Gives every unanswered topic a new start of its waiting time: nothing was read meanwhile. */
  excuse(now: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.state === 'sent') entry.askAt = now + this.#ackTimeoutMs;
    }
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

  #split(entries: readonly Entry[], askAt: number | null): void {
    for (const entry of entries) {
      entry.company = Math.max(1, Math.ceil(Math.min(entry.company, entries.length) / 2));
      if (askAt !== null) entry.askAt = askAt;
    }
  }

  #refuse(entry: Entry, reason: string, now: number): void {
    // The venue may have refused the whole request for this topic's sake, or answer the others one by one.
    for (const other of this.#entries.values()) {
      if (other.state === 'sent' && other.requestId === entry.requestId)
        other.askAt = Math.min(other.askAt, now + NEIGHBOUR_DELAY_MS);
    }
    this.#move(entry, 'refused');
    entry.refusals += 1;
    entry.askAt = now + refusedDelayMs(entry);
    entry.company = 1;
    entry.reason = reason;
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
    this.#count(entry.state, -1);
    this.#count(state, 1);
    entry.state = state;
  }

  #count(state: TopicState, change: number): void {
    if (state === 'refused') this.#refused += change;
    else if (state !== 'live') this.#pending += change;
  }
}

function refusedDelayMs({ refusals }: Entry): number {
  return Math.min(REFUSED_DELAY_MAX_MS, REFUSED_DELAY_MS * 2 ** Math.min(refusals - 1, 20));
}

function keyOf(purpose: Topic['purpose'], symbol: string): string {
  return `${purpose} ${symbol}`;
}
