import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a connection of a service is for, as its name says. */
export type Role = 'consume' | 'publish';

interface Pair {
  readonly client: Socket;
  readonly broker: Socket;
  role: Role | null;
}

/** Stands between a service and its broker and tells the service's two connections apart. */
export class RoleProxy {
  readonly #pairs = new Set<Pair>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.#accept(client));
  }

  /** A proxy in front of the broker of an address. */
  static async start(brokerUrl: string): Promise<RoleProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new RoleProxy(server, new URL(brokerUrl));
  }

  /** The broker's address by way of this proxy. */
  get url(): string {
    const url = new URL(this.target.href);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Connections of a role that are open at both ends. */
  open(role: Role): number {
    return [...this.#pairs].filter((pair) => pair.role === role && !pair.broker.destroyed).length;
  }

  /** For the broker the connections of a role are gone; the service is not told and has to find out by itself. */
  loseAtBroker(role: Role): void {
    for (const { role: its, broker } of this.#pairs) if (its === role) broker.resetAndDestroy();
  }

  /** Cuts everything and listens no more. */
  async stop(): Promise<void> {
    for (const { client, broker } of this.#pairs) {
      client.destroy();
      broker.destroy();
    }
    await new Promise((resolve) => this.server.close(resolve));
  }

  #accept(client: Socket): void {
    const broker = connect({ port: Number(this.target.port), host: this.target.hostname });
    const pair: Pair = { client, broker, role: null };
    this.#pairs.add(pair);
    for (const socket of [client, broker]) socket.on('error', () => undefined);
    client.on('data', (data) => {
      // The name is among the properties that a client begins with.
      if (pair.role === null)
        pair.role = (/[a-z]+ (consume|publish)/.exec(data.toString('latin1'))?.[1] as Role) ?? null;
      if (!broker.destroyed) broker.write(data);
    });
    broker.on('data', (data) => client.write(data));
    // Of the broker's goodbye the service hears nothing.
    client.on('close', () => {
      this.#pairs.delete(pair);
      broker.destroy();
    });
    broker.on('end', () => client.end());
  }
}
