import type { Timers } from './timers';
import type { Connection, Transport, TransportHandlers } from './transport';

/** A transport whose frames come from a capture instead of a socket; it carries one connection. */
export class FileTransport implements Transport {
  readonly #timers: Timers;
  #handlers: TransportHandlers | null = null;
  #reading: (() => void) | null = null;
  #paused = false;

  /** @param timers the clock of the capture. */
  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whether the adapter asked to wait. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Resolves when the adapter reads on, or when `signal` says that nobody waits for that any more. */
  async whenReading(signal?: AbortSignal): Promise<void> {
    if (!this.#paused || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#reading = done;
      signal?.addEventListener('abort', done);
    });
  }

  /** Hands a frame to the connection as if it had just arrived; false when there is none. */
  deliver(frame: string): boolean {
    this.#handlers?.onFrame(frame, this.#timers.now());
    return this.#handlers !== null;
  }

  /** Opens at once; the capture knows nothing of addresses. */
  connect(_url: string, handlers: TransportHandlers): Connection {
    const end = (): void => {
      if (this.#handlers === handlers) this.#handlers = null;
      this.#resume();
    };
    this.#timers.schedule(0, () => {
      this.#handlers = handlers;
      handlers.onOpen();
    });
    return {
      send: () => undefined,
      // A file has nothing on its way that was not read yet.
      ping: (token) => {
        this.#timers.schedule(0, () => this.#handlers?.onPong(this.#timers.now(), token));
      },
      pause: () => {
        this.#paused = true;
      },
      resume: () => this.#resume(),
      close: end,
      terminate: end,
    };
  }

  #resume(): void {
    this.#paused = false;
    this.#reading?.();
    this.#reading = null;
  }
}
