import type { DecodedEvent, Decoder, SubscriptionAnswer, Topic, Venue } from '@neuraltrade/venues';
import { type LinkDeadlines, type LinkFault, LinkWatchdog } from './link-watchdog';
import type { RateWindow } from './rate-window';
import { Subscriber } from './subscriber';
import type { SubscriptionLedger } from './subscription-ledger';
import type { Timers } from './timers';
import type { Connection, Transport } from './transport';

/** Why a connection ended. */
export type DownCode = LinkFault | 'connect-failed' | 'closed';

/** Settings of one connection. */
export interface VenueConnectionSettings extends LinkDeadlines {
  /** How long a topic may stay unanswered before it is asked for again, ms. */
  readonly ackTimeoutMs: number;
  /** True when every topic counts as subscribed from the start and nothing is asked for: a capture. */
  readonly assumeSubscribed: boolean;
}

/** What happens on a connection; none is called any more once it was closed from this side. */
export interface VenueConnectionHandlers {
  /** It is open. */
  onUp(): void;
  /** One event of a frame, in the frame's order. */
  onEvent(event: DecodedEvent, receivedAt: number): void;
  /** All events of a frame have been told. */
  onFrame(): void;
  /** It ended without being asked to; called once, last. */
  onDown(code: DownCode, detail: string): void;
}

/** What a connection is made of. */
export interface VenueConnectionDeps {
  /** Whose protocol is spoken. */
  readonly venue: Venue;
  /** BASE/QUOTE symbols to subscribe. */
  readonly symbols: readonly string[];
  /** What it may send. */
  readonly messages: RateWindow;
  /** The address to dial. */
  readonly url: string;
  /** Opens it. */
  readonly transport: Transport;
  /** Clock and timers. */
  readonly timers: Timers;
  /** Deadlines. */
  readonly settings: VenueConnectionSettings;
  /** What to tell. */
  readonly handlers: VenueConnectionHandlers;
}

/** One connection to a venue from dialling to its end: subscribes within the venue's limits, decodes, watches its life. */
export class VenueConnection {
  readonly #deps: VenueConnectionDeps;
  readonly #symbols: Set<string>;
  readonly #subscriber: Subscriber;
  readonly #watchdog: LinkWatchdog;
  readonly #link: Connection;
  #decoder: Decoder;
  #opened = false;
  #ended = false;
  #catchUpToken: string | null = null;
  #cancelCatchUp: (() => void) | null = null;

  /** Dials at once. */
  constructor(deps: VenueConnectionDeps) {
    const { venue, symbols, settings, timers } = deps;
    this.#deps = deps;
    this.#symbols = new Set(symbols);
    this.#subscriber = new Subscriber({
      venue,
      symbols,
      messages: deps.messages,
      timers,
      ackTimeoutMs: settings.ackTimeoutMs,
      isReading: () => this.caughtUp,
      send: (text) => this.#link.send(text),
    });
    this.#decoder = venue.createDecoder(symbols, { webSocketUrl: deps.url });
    this.#watchdog = new LinkWatchdog(
      settings,
      timers,
      () => this.#ping(),
      (fault, silentMs) => this.#giveUp(fault, silentMs),
    );
    this.#link = deps.transport.connect(deps.url, {
      onOpen: () => this.#onOpen(),
      onFrame: (text, receivedAt) => this.#onFrame(text, receivedAt),
      onPong: (receivedAt, token) => this.#onPong(receivedAt, token),
      onClose: (reason) => this.#down(this.#opened ? 'closed' : 'connect-failed', reason),
    });
  }

  /** What was asked for and what became of it. */
  get ledger(): SubscriptionLedger {
    return this.#subscriber.ledger;
  }

  /** Whether frames can arrive. */
  get open(): boolean {
    return this.#opened && !this.#ended;
  }

  /** Whether frames are read as they come; false while paused, and after it until what piled up has been read. */
  get caughtUp(): boolean {
    return this.#catchUpToken === null;
  }

  /** Stops reading; a paused socket answers no pings, so nothing is judged meanwhile. */
  pause(): void {
    this.#catchUpToken = `resumed-${this.#subscriber.nextRequestId()}`;
    this.#cancelCatchUp?.();
    this.#watchdog.stop();
    this.#link.pause();
  }

  /** Reads on. What piled up in the socket has been read when the peer's answer to a new ping comes. */
  resume(): void {
    const { timers, settings } = this.#deps;
    this.#link.resume();
    this.#watchdog.start();
    this.ledger.excuse(timers.now());
    if (this.#catchUpToken === null) return;
    this.#cancelCatchUp = timers.schedule(settings.pingTimeoutMs, () => (this.#catchUpToken = null));
    this.#subscriber.spend();
    this.#link.ping(this.#catchUpToken);
  }

  /** Carries further symbols from now on. */
  add(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#symbols.add(symbol);
    this.#decoder = this.#deps.venue.createDecoder([...this.#symbols], { webSocketUrl: this.#deps.url });
    this.#subscriber.add(symbols);
    if (this.#deps.settings.assumeSubscribed) this.ledger.assumeLive();
  }

  /** Carries symbols no longer; what of them is on its way is still decoded. */
  remove(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#symbols.delete(symbol);
    this.#subscriber.remove(symbols);
  }

  /** Ends the subscription of topics and asks for them anew: what the venue said of them proved wrong. */
  resubscribe(topics: readonly Topic[]): void {
    this.#subscriber.resubscribe(topics);
  }

  /** Notes a refusal of the venue and returns the topics that it hit, none when it cannot be told which. */
  refused(answer: SubscriptionAnswer, reason: string): Topic[] {
    return this.#subscriber.refused(answer, reason);
  }

  /** Ends it; nothing is told any more. */
  close(): void {
    if (this.#ended) return;
    this.#end();
    this.#link.close();
  }

  #onOpen(): void {
    this.#opened = true;
    this.#watchdog.start();
    if (this.#deps.settings.assumeSubscribed) this.ledger.assumeLive();
    this.#deps.handlers.onUp();
    // The handler may have closed or paused it already.
    if (this.#ended || this.#deps.settings.assumeSubscribed) return;
    this.#subscriber.begin();
  }

  #onFrame(text: string, receivedAt: number): void {
    this.#watchdog.frame(receivedAt);
    const { handlers } = this.#deps;
    for (const event of this.#decoder.decode(text, receivedAt)) {
      if (this.#ended) return;
      if (event.type === 'trade') this.ledger.data('trades', event.symbol);
      else if (event.type === 'quote') this.ledger.data('quotes', event.symbol);
      else if (event.type === 'control') this.#noteControl(event);
      handlers.onEvent(event, receivedAt);
    }
    if (!this.#ended) handlers.onFrame();
  }

  #noteControl({ ack, newestTrade }: Extract<DecodedEvent, { type: 'control' }>): void {
    if (ack !== undefined) this.ledger.acked(ack);
    if (newestTrade !== undefined) this.ledger.data('heartbeat', newestTrade.symbol);
  }

  #onPong(receivedAt: number, token: string): void {
    this.#watchdog.pong(receivedAt);
    // The answer to a ping from before the pause may lie in front of what piled up.
    if (token !== this.#catchUpToken) return;
    this.#catchUpToken = null;
    this.#cancelCatchUp?.();
  }

  #ping(): void {
    const { pingFrame } = this.#deps.venue.heartbeat;
    this.#subscriber.spend();
    if (pingFrame === null) this.#link.ping('');
    else this.#link.send(pingFrame(this.#subscriber.nextRequestId()));
  }

  #giveUp(fault: LinkFault, silentMs: number): void {
    // A polite close would wait for a peer that no longer answers.
    this.#link.terminate();
    this.#down(fault, `nothing heard for ${silentMs} ms`);
  }

  #down(code: DownCode, detail: string): void {
    if (this.#ended) return;
    this.#end();
    this.#deps.handlers.onDown(code, detail);
  }

  #end(): void {
    this.#ended = true;
    this.#watchdog.stop();
    this.#subscriber.stop();
    this.#cancelCatchUp?.();
  }
}
