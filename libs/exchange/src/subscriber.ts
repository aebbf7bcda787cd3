import type { SubscriptionAnswer, SubscriptionFrame, Topic, Venue } from '@neuraltrade/venues';
import type { RateWindow } from './rate-window';
import { SubscriptionLedger } from './subscription-ledger';
import { repeat, type Timers } from './timers';

/** Time between two looks at what must be asked for again, ms. */
const ASK_PERIOD_MS = 1_000;

/** What a subscriber needs. */
export interface SubscriberDeps {
  /** Whose protocol is spoken. */
  readonly venue: Venue;
  /** BASE/QUOTE symbols to subscribe. */
  readonly symbols: readonly string[];
  /** What may be sent. */
  readonly messages: RateWindow;
  /** Clock and timers. */
  readonly timers: Timers;
  /** How long a topic may stay unanswered before it is asked for again, ms. */
  readonly ackTimeoutMs: number;
  /** Whether answers are read as they come; what was not read is not asked for again. */
  readonly isReading: () => boolean;
  /** Sends a frame. */
  readonly send: (text: string) => void;
}

/** Asks for the topics of one connection, in the venue's portions and at its pace, until each is answered. */
export class Subscriber {
  /** What was asked for and what became of it. */
  readonly ledger: SubscriptionLedger;
  readonly #deps: SubscriberDeps;
  readonly #queue: { readonly frame: SubscriptionFrame; readonly asks: boolean }[] = [];
  #nextRequestId = 1;
  #begun = false;
  #cancelSend: (() => void) | null = null;
  #cancelAsking: (() => void) | null = null;

  /** A subscriber that has asked for nothing. */
  constructor(deps: SubscriberDeps) {
    this.#deps = deps;
    this.ledger = new SubscriptionLedger(topicsOf(deps.venue, deps.symbols), deps.ackTimeoutMs);
  }

  /** Asks for everything, and again for what stays unanswered or was refused. */
  begin(): void {
    this.#begun = true;
    this.#askForDue();
    this.#cancelAsking = repeat(this.#deps.timers, ASK_PERIOD_MS, () => this.#ask());
  }

  /** Asks for nothing more. */
  stop(): void {
    this.#begun = false;
    this.#cancelSend?.();
    this.#cancelAsking?.();
  }

  /** The id of the next request. */
  nextRequestId(): number {
    return this.#nextRequestId++;
  }

  /** Counts a message that cannot wait, such as a ping. */
  spend(): void {
    this.#deps.messages.take(this.#deps.timers.now());
  }

  /** Asks for further symbols too. */
  add(symbols: readonly string[]): void {
    this.ledger.add(topicsOf(this.#deps.venue, symbols));
    this.#ask();
  }

  /** Ends the subscription of symbols. */
  remove(symbols: readonly string[]): void {
    const topics = topicsOf(this.#deps.venue, symbols);
    this.ledger.remove(topics);
    this.#unsubscribe(topics);
  }

  /** Ends the subscription of topics and asks for them anew: what the venue said of them proved wrong. */
  resubscribe(topics: readonly Topic[]): void {
    this.ledger.remove(topics);
    this.ledger.add(topics);
    this.#unsubscribe(topics);
    if (this.#begun) this.#askForDue();
  }

  /** Notes a refusal of the venue and returns the topics that it hit, none when it cannot be told which. */
  refused(answer: SubscriptionAnswer, reason: string): Topic[] {
    const topics = this.ledger.refused(answer, reason, this.#deps.timers.now());
    this.#ask();
    return topics;
  }

  /** Asks for what is due, once everything asked for before has gone out. */
  #ask(): void {
    if (this.#begun && this.#queue.length === 0 && this.#deps.isReading()) this.#askForDue();
  }

  #askForDue(): void {
    const { venue, timers } = this.#deps;
    for (const topics of this.ledger.due(timers.now())) {
      this.#queueUp(venue.subscribeFrames(topics, this.#nextRequestId), true);
    }
    this.#sendQueued();
  }

  #unsubscribe(topics: readonly Topic[]): void {
    if (!this.#begun) return;
    this.#queueUp(this.#deps.venue.unsubscribeFrames(topics, this.#nextRequestId), false);
    this.#sendQueued();
  }

  #queueUp(frames: readonly SubscriptionFrame[], asks: boolean): void {
    this.#nextRequestId += frames.length;
    this.#queue.push(...frames.map((frame) => ({ frame, asks })));
  }

  #sendQueued(): void {
    this.#cancelSend?.();
    this.#cancelSend = null;
    const { timers, messages, send } = this.#deps;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      // One place of the window is kept for a ping, which cannot wait.
      const waitMs = messages.waitMs(timers.now(), 1);
      if (waitMs > 0) {
        this.#cancelSend = timers.schedule(waitMs, () => this.#sendQueued());
        return;
      }
      this.#queue.shift();
      messages.take(timers.now());
      send(next.frame.text);
      // An answer to a frame that ends subscriptions must not pass for one to a frame that asks for them.
      if (next.asks) this.ledger.sent(next.frame, timers.now());
    }
  }
}

function topicsOf(venue: Venue, symbols: readonly string[]): Topic[] {
  return symbols.flatMap((symbol) => venue.topics(symbol));
}
