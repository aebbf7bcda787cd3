import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { parseObject } from '../server/client-json';
import type { JsonObject } from '../server/client-json';

const DEADLINE_MS = 8_000;

/** A plain client of a simulated feed, for tests: it keeps every frame in the order of arrival. */
export class FeedClient {
  /** Every text frame so far, as it came. */
  readonly frames: string[] = [];
  /** Resolves with the close code once the socket is closed. */
  readonly closed: Promise<number>;
  readonly #webSocket: WebSocket;
  readonly #waiting = new Set<() => void>();

  private constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => {
      this.frames.push(data.toString());
      for (const wake of this.#waiting) wake();
    });
    webSocket.on('error', () => undefined);
    this.closed = new Promise((resolve) => webSocket.on('close', resolve));
  }

  /** Dials and waits for the connection. @throws Error when the server refuses it. */
  static async connect(url: string, options: ClientOptions = {}): Promise<FeedClient> {
    const webSocket = new WebSocket(url, options);
    const client = new FeedClient(webSocket);
    await new Promise((resolve, reject) => {
      webSocket.once('open', resolve);
      webSocket.once('error', reject);
    });
    return client;
  }

  /** The socket itself. */
  get socket(): WebSocket {
    return this.#webSocket;
  }

  /** Sends a text as it stands, anything else as JSON. */
  send(message: unknown): void {
    this.#webSocket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first frame from `from` on that matches. @throws Error when none comes in time. */
  async frame(matches: (frame: JsonObject) => boolean, from = 0): Promise<JsonObject> {
    let seen = from;
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      for (; seen < this.frames.length; seen++) {
        const frame = parseObject(this.frames[seen] ?? '');
        if (frame !== null && matches(frame)) return frame;
      }
      if (Date.now() > deadline)
        throw new Error(`No such frame among:\n${this.frames.slice(from).join('\n')}`);
      await this.#nextFrame(deadline - Date.now());
    }
  }

  /** Sends a request and waits for the first later frame that matches. */
  async ask(message: unknown, matches: (frame: JsonObject) => boolean): Promise<JsonObject> {
    const from = this.frames.length;
    this.send(message);
    return this.frame(matches, from);
  }

  /** Closes the socket. */
  close(): void {
    this.#webSocket.terminate();
  }

  #nextFrame(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, timeoutMs));
      this.#waiting.add(done);
    });
  }
}
