import { connect, createServer, type Server, type Socket } from 'node:net';

/** A port at which a server comes to be only later: nothing listens there before `open`, and then everything goes on to it. */
export class LateServer {
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  private constructor(
    /** The port, free until it is opened. */
    readonly port: number,
    private readonly target: number,
  ) {}

  /** A port for the server that listens at another one. */
  static async of(target: number): Promise<LateServer> {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const address = probe.address();
    await new Promise((resolve) => probe.close(resolve));
    if (address === null || typeof address === 'string') throw new Error('There is no port.');
    return new LateServer(address.port, target);
  }

  /** The server is there from now on. */
  async open(): Promise<void> {
    const server = createServer((client) => {
      const far = connect(this.target, '127.0.0.1');
      for (const socket of [client, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          client.destroy();
          far.destroy();
        });
      }
      client.pipe(far);
      far.pipe(client);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
  }

  /** The server is gone again, and its connections with it. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const { promise, resolve } = settled();
    if (this.#server === null) return;
    this.#server.close(resolve);
    this.#server = null;
    await promise;
  }
}

function settled(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
