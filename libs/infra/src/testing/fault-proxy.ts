import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What becomes of bytes in one direction: handed on, read and thrown away, or left unread so that the sender's buffers fill. */
export type Flow = 'pass' | 'drop' | 'stall';

interface Pair {
  readonly client: Socket;
  readonly broker: Socket;
}

/** Stands between a client and a broker on 127.0.0.1 and fails on command. */
export class FaultProxy {
  /** Connections accepted so far. */
  accepted = 0;
  private readonly pairs = new Set<Pair>();
  private refusing = false;
  private toBroker: Flow = 'pass';
  private toClient: Flow = 'pass';

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** A proxy in front of the broker of an address. */
  static async start(brokerUrl: string): Promise<FaultProxy> {
    // A peer that is away does not answer a goodbye either.
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FaultProxy(server, new URL(brokerUrl));
  }

  /** The broker's address by way of this proxy. */
  get url(): string {
    const url = new URL(this.target.href);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Connections open now. */
  get open(): number {
    return this.pairs.size;
  }

  /** Sets what becomes of bytes, on connections that are open as on later ones. */
  flow(direction: 'toBroker' | 'toClient', flow: Flow): void {
    this[direction] = flow;
    for (const pair of this.pairs) this.apply(pair);
  }

  /** Resets every connection; new ones are accepted. */
  cut(): void {
    for (const { client, broker } of this.pairs) {
      client.resetAndDestroy();
      broker.resetAndDestroy();
    }
  }

  /** Whether new connections are reset at once. */
  refuse(refusing: boolean): void {
    this.refusing = refusing;
  }

  /** Cuts everything and listens no more. */
  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    this.accepted += 1;
    client.on('error', () => undefined);
    if (this.refusing) {
      client.resetAndDestroy();
      return;
    }
    const broker = connect({
      port: Number(this.target.port),
      host: this.target.hostname,
      allowHalfOpen: true,
    });
    broker.on('error', () => undefined);
    const pair = { client, broker };
    this.pairs.add(pair);
    client.on('close', () => this.end(pair));
    broker.on('close', () => this.toClient === 'pass' && this.end(pair));
    client.on('end', () => this.toBroker === 'pass' && this.end(pair));
    broker.on('end', () => this.toClient === 'pass' && this.end(pair));
    // What the other side does not read stays with the sender, as without a proxy.
    client.on('data', (data) => this.toBroker === 'pass' && (broker.write(data) || client.pause()));
    broker.on('data', (data) => this.toClient === 'pass' && (client.write(data) || broker.pause()));
    broker.on('drain', () => this.toBroker !== 'stall' && client.resume());
    client.on('drain', () => this.toClient !== 'stall' && broker.resume());
    this.apply(pair);
  }

  private apply({ client, broker }: Pair): void {
    if (this.toBroker === 'stall') client.pause();
    else client.resume();
    if (this.toClient === 'stall') broker.pause();
    else broker.resume();
  }

  private end(pair: Pair): void {
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.broker.destroy();
  }
}
