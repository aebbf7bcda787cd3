import type { DecodedEvent, Venue } from '@neuraltrade/venues';
import type { ConnectionDialer } from './connection-dialer';
import type { HeldEvents } from './handover';
import type { Log } from './log';
import type { ReconnectDelayOptions } from './reconnect-delay';
import type { Timers } from './timers';
import type { DownCode } from './venue-connection';

/** Why a connection is replaced that still lives. */
export type PlannedReason = 'rotation' | 'going-away' | 'dead-topic';

/** Why symbols went over to another connection, or have none. */
export type InterruptionReason = DownCode | PlannedReason | 'backpressure';

/** What becomes of the symbols of a link. */
export interface VenueLinkHandlers {
  /** A connection is open that carries symbols from now on, behind an interruption or for the first time. */
  onConnected(symbols: readonly string[]): void;
  /** The trades of a symbol are known to flow; may be told again. */
  onSubscribed(symbol: string): void;
  /** Symbols are not read any more. */
  onInterrupted(symbols: readonly string[], cause: 'disconnect' | 'backpressure'): void;
  /** Another connection carries symbols from now on, and nothing lies between. */
  onHandedOver(symbols: readonly string[]): void;
  /** What another connection brought of a symbol before it took over. */
  onHeld(held: HeldEvents): void;
  /** One event of a frame; `caughtUp` says whether frames are read as they come. */
  onEvent(event: DecodedEvent, receivedAt: number, caughtUp: boolean): void;
  /** One event of a connection that stands by. */
  onStandBy(event: DecodedEvent, receivedAt: number): void;
  /** A frame was read. */
  onFrame(): void;
  /** A connection ended, or is left on purpose. */
  onReconnect(reason: InterruptionReason): void;
  /** A connection is open that was dialled to be read at once. */
  onOpened(): void;
  /** Whether it is open may have changed. */
  onStatus(): void;
}

/** What a link is made of. */
export interface VenueLinkDeps {
  /** Whose symbols it carries. */
  readonly venue: Venue;
  /** BASE/QUOTE. */
  readonly symbols: readonly string[];
  /** Dials. */
  readonly dialer: ConnectionDialer;
  /** Clock and timers. */
  readonly timers: Timers;
  /** Draws evenly from [0, 1). */
  readonly random: () => number;
  /** Bounds of the waits before a reconnect. */
  readonly reconnect: ReconnectDelayOptions;
  /** True when what it reads is a capture: nothing is asked for, refused or replaced. */
  readonly assumeSubscribed: boolean;
  /** The newest trade of a symbol that was passed on; null before any. */
  readonly lastId: (symbol: string) => string | null;
  /** Where it reports. */
  readonly log: Log;
  /** What to tell. */
  readonly handlers: VenueLinkHandlers;
}
