import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const STEP_MS = 100;
/** What a client of the bench waits for before it counts. */
const SNAPSHOTS = ['prices', 'pipeline', 'signals', 'candles', 'trades', 'gaps'];

/** A WebSocket server that does nothing but send every client the same messages: what `ws` alone can do with an audience. */
export class PlainBroadcast {
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #timer: NodeJS.Timeout;

  /** @param sizes of each message of a step, bytes. */
  private constructor(server: Server, sizes: readonly number[]) {
    this.#server = server;
    this.#sockets = new WebSocketServer({ server, perMessageDeflate: false });
    this.#sockets.on('connection', (socket) => {
      for (const type of SNAPSHOTS) socket.send(`{"type":"${type}","from":null}`);
    });
    this.#timer = setInterval(() => {
      // As the gateway's trades: sent some time after they were made.
      const head = `{"type":"trades","from":1,"skipped":0,"trades":[{"timestamp":${Date.now() - STEP_MS / 2}}],"rest":"`;
      const frames = sizes.map((size) =>
        Buffer.from(`${head}${'x'.repeat(Math.max(0, size - head.length - 2))}"}`),
      );
      for (const client of this.#sockets.clients)
        for (const frame of frames) client.send(frame, { binary: false });
    }, STEP_MS);
  }

  /** Starts one that sends each client so many messages and bytes a second. */
  static async start(messagesPerSecond: number, bytesPerSecond: number): Promise<PlainBroadcast> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const steps = 1_000 / STEP_MS;
    const messages = Math.max(1, Math.round(messagesPerSecond / steps));
    const size = Math.round(bytesPerSecond / steps / messages);
    return new PlainBroadcast(server, Array<number>(messages).fill(size));
  }

  /** Where it is. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends it. */
  stop(): void {
    clearInterval(this.#timer);
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.close();
  }
}
