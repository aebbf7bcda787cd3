import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { ViolationKind } from './violations';

/** The simulator's clock. */
export interface TurnClock {
  /** ms UTC: limits and delays are measured by it. */
  readonly nowMs: number;
  /** What the venue's own clock shows, ms UTC; it may be wrong. Everything that a venue prints is by this one. */
  readonly shownMs: number;
}

/** One client's socket as the venue sees it. */
export class Connection {
  /** When something was last sent, ms UTC of the simulator's clock; the time of connecting before that. */
  lastSentMs: number;
  /** When the venue cuts the connection by itself, ms UTC; Infinity: not. */
  cutAtMs = Infinity;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #clock: TurnClock;
  readonly #onViolation: (kind: ViolationKind) => void;
  #silentUntilMs = -Infinity;
  #reads = true;
  #losesNext = false;

  /**
   * @param number running number of the connection at its venue, from 1.
   * @param socket the TCP socket below `webSocket`.
   * @param onViolation is told of each limit that the client breaks.
   */
  constructor(
    readonly number: number,
    webSocket: WebSocket,
    socket: Duplex,
    clock: TurnClock,
    onViolation: (kind: ViolationKind) => void,
  ) {
    this.#onViolation = onViolation;
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#clock = clock;
    this.lastSentMs = clock.nowMs;
  }

  /** Bytes that the client has not taken yet. */
  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  /** Sends one text frame; a Buffer (UTF-8) may be shared by many clients. False when the socket is not open. */
  send(frame: Buffer | string): boolean {
    if (this.#webSocket.readyState !== WebSocket.OPEN || this.#isSilent()) return false;
    if (this.#losesNext) {
      this.#losesNext = false;
      return false;
    }
    this.lastSentMs = this.#clock.nowMs;
    this.#webSocket.send(frame, { binary: false });
    return true;
  }

  /** Whether the client is heard: false while a fault keeps its messages, even pongs, from being read. */
  get reads(): boolean {
    return this.#reads;
  }

  /** Sends a WebSocket ping. False when it could not be sent. */
  ping(payload: string): boolean {
    if (this.#webSocket.readyState !== WebSocket.OPEN || this.#isSilent()) return false;
    this.#webSocket.ping(payload);
    return true;
  }

  /** The client broke a limit that only gets its request refused. */
  noteViolation(kind: ViolationKind): void {
    this.#onViolation(kind);
  }

  /** The client broke a limit: counts it and ends the connection with a close frame; nothing while it is ending already. */
  closeFor(kind: ViolationKind, code: number, reason: string): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN || !this.#reads) return;
    this.#onViolation(kind);
    this.close(code, reason);
  }

  /** The client broke a limit: counts it and cuts the connection. */
  cutFor(kind: ViolationKind): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    this.#onViolation(kind);
    this.cut();
  }

  /** Reads again when a silence is over. */
  wake(): void {
    if (this.#reads || this.#isSilent()) return;
    this.#reads = true;
    this.#webSocket.resume();
  }

  /** Holds frames back until {@link release}, so that one turn's frames leave in one system call. */
  hold(): void {
    this.#socket.cork();
  }

  /** Sends what was held back. */
  release(): void {
    this.#socket.uncork();
  }

  /**
   * Ends the connection with a close frame.
   * @param code close code of RFC 6455.
   * @param reason at most 123 bytes.
   */
  close(code: number, reason: string): void {
    // A peer that is not there any more sends no close frame.
    if (this.#reads) this.#webSocket.close(code, reason);
  }

  /** A fault: of what the action sends, the first frame is lost. */
  loseFirstFrameOf(action: () => void): void {
    this.#losesNext = true;
    action();
    this.#losesNext = false;
  }

  /**
   * A fault: for a while nothing is sent; what would have been sent is lost.
   * @param reads whether messages and pings are still read; pings are then answered.
   */
  silence(forMs: number, reads: boolean): void {
    this.#silentUntilMs = this.#clock.nowMs + forMs;
    this.#reads = reads;
    if (!reads) this.#webSocket.pause();
  }

  /** Ends the connection at once, without a close frame. */
  cut(): void {
    this.#webSocket.terminate();
  }

  #isSilent(): boolean {
    return this.#clock.nowMs < this.#silentUntilMs;
  }
}
