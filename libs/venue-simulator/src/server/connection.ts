import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

/** The simulator's clock. */
export interface TurnClock {
  /** ms UTC. */
  readonly nowMs: number;
}

/** One client's socket as the venue sees it. */
export class Connection {
  /** When something was last sent, ms UTC of the simulator's clock; the time of connecting before that. */
  lastSentMs: number;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #clock: TurnClock;
  #silentUntilMs = -Infinity;
  #reads = true;
  #losesNext = false;

  /**
   * @param number running number of the connection at its venue, from 1.
   * @param socket the TCP socket below `webSocket`.
   */
  constructor(
    readonly number: number,
    webSocket: WebSocket,
    socket: Duplex,
    clock: TurnClock,
  ) {
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

  /** Sends a WebSocket ping. */
  ping(payload: string): void {
    if (this.#webSocket.readyState === WebSocket.OPEN && !this.#isSilent()) this.#webSocket.ping(payload);
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
