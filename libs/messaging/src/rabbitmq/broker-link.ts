import { fullJitterMs } from '@neuraltrade/backpressure';
import { PermanentError } from '@neuraltrade/contracts';
import { shuffled } from '../shuffled';
import type { BrokerAddress } from './broker-address';
import { connectionFault } from './broker-fault';
import { BrokerSession, type SessionOptions } from './broker-session';
import type { RabbitMqBusOptions } from './options';

/** A session that lasted this long was a good one: the next wait is short again. */
const STABLE_AFTER_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;

/** What a link is for. */
export type LinkRole = 'publish' | 'consume';

/** What a link is made of. */
export interface LinkOptions extends Pick<
  RabbitMqBusOptions,
  'reconnectBaseMs' | 'reconnectMaxMs' | 'log' | 'metrics'
> {
  /** What it is for. */
  readonly role: LinkRole;
  /** Tells the nodes of the cluster before each round over all of them. */
  readonly addresses: () => readonly BrokerAddress[];
  /** How sessions are opened. */
  readonly session: Omit<SessionOptions, 'onBlocked' | 'signal'>;
  /** Makes a new session usable before anybody gets it; when it throws, the session is given up. */
  readonly prepare: (session: BrokerSession) => Promise<void>;
  /** The broker stopped taking publishes, or takes them again. */
  readonly onBlocked: (blocked: boolean) => void;
  /** Draws evenly from [0, 1). */
  readonly random: () => number;
  /** The wall clock, ms UTC. */
  readonly now: () => number;
}

/** Keeps one connection to the cluster: connects again for ever, to any node, after waits with full jitter. */
export class BrokerLink {
  private current: BrokerSession | null = null;
  private opening: BrokerSession | null = null;
  private waiters: { resolve: (session: BrokerSession) => void; reject: (error: Error) => void }[] = [];
  private untried: BrokerAddress[] = [];
  private fault: string;
  private downSince: number;
  private blockedReason: string | null = null;
  private blockedSince = 0;
  private readonly closing = new AbortController();
  private endWait: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: LinkOptions) {
    this.downSince = options.now();
    this.fault = 'it was not reached yet';
  }

  /** Begins to connect. */
  start(): void {
    this.setStatus(0);
    this.running = this.run();
  }

  /** The usable session; null while there is none. */
  get session(): BrokerSession | null {
    return this.current;
  }

  /** Empty while it works; else which node, since when and why, in one sentence. */
  get problem(): string {
    if (this.current === null) {
      return `Not connected to RabbitMQ for ${this.activity} since ${instant(this.downSince)}: ${this.fault}. It is tried again.`;
    }
    if (this.blockedReason === null) return '';
    return `RabbitMQ at ${this.current.node} takes no messages since ${instant(this.blockedSince)}: ${this.blockedReason}.`;
  }

  /** The usable session, now or when there is one. @throws PermanentError when the link is closed first. */
  ready(): Promise<BrokerSession> {
    if (this.closed) return Promise.reject(closedError());
    if (this.current !== null) return Promise.resolve(this.current);
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  /** Ends the connection and connects no more. */
  async close(): Promise<void> {
    this.closing.abort();
    this.endWait();
    for (const { reject } of this.waiters.splice(0)) reject(closedError());
    this.opening?.destroy();
    await this.current?.close(CLOSE_TIMEOUT_MS);
    await this.running;
  }

  private get closed(): boolean {
    return this.closing.signal.aborted;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.closed) {
      const address = this.nextAddress();
      let upAt = Infinity;
      try {
        const session = await this.open(address);
        upAt = performance.now();
        this.up(session);
        this.down(address, await session.ended);
      } catch (error) {
        this.down(address, error);
      }
      this.opening = null;
      if (this.closed) break;
      failures = performance.now() - upAt >= STABLE_AFTER_MS ? 1 : failures + 1;
      const { reconnectBaseMs, reconnectMaxMs, random } = this.options;
      await this.wait(fullJitterMs(failures, reconnectBaseMs, reconnectMaxMs, random));
    }
    this.setStatus(0);
  }

  private async open(address: BrokerAddress): Promise<BrokerSession> {
    this.blockedReason = null;
    const session = await BrokerSession.open(address, {
      ...this.options.session,
      signal: this.closing.signal,
      onBlocked: (reason) => this.setBlocked(session, reason),
    });
    this.opening = session;
    if (this.closed) session.destroy();
    try {
      // A node that is gone amid the preparation may never answer it.
      await Promise.race([this.options.prepare(session), rejectedAtEnd(session)]);
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  private up(session: BrokerSession): void {
    const { role, log } = this.options;
    if (!session.isOpen) return;
    this.current = session;
    this.setStatus(this.blockedReason === null ? 1 : 0.5);
    log.info({ node: session.node, role }, `Connected to RabbitMQ for ${this.activity}.`);
    for (const { resolve } of this.waiters.splice(0)) resolve(session);
  }

  private down(address: BrokerAddress, error: unknown): void {
    const fault =
      error instanceof PermanentError
        ? error.message.replace(/\.$/, '')
        : `${address.node}: ${connectionFault(error, address.virtualHost)}`;
    if (this.current !== null) {
      this.downSince = this.options.now();
      if (!this.closed) this.options.metrics?.brokerDisconnects.inc({ peer: this.peer });
    }
    const isNews = this.current !== null || fault !== this.fault;
    this.current = null;
    this.fault = fault;
    this.setStatus(0);
    if (this.closed || !isNews) return;
    this.options.log.warn({ node: address.node, role: this.options.role }, this.problem);
  }

  private setBlocked(session: BrokerSession, reason: string | null): void {
    if (this.opening !== session && this.current !== session) return;
    if (reason !== null && this.blockedReason === null) this.blockedSince = this.options.now();
    this.blockedReason = reason;
    if (this.current !== null) {
      this.setStatus(reason === null ? 1 : 0.5);
      const { role, log } = this.options;
      if (reason === null) log.info({ node: session.node, role }, 'RabbitMQ takes messages again.');
      else log.warn({ node: session.node, role }, this.problem);
    }
    this.options.onBlocked(reason !== null);
  }

  private nextAddress(): BrokerAddress {
    if (this.untried.length === 0) this.untried = shuffled(this.options.addresses(), this.options.random);
    return this.untried.shift() as BrokerAddress;
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private get activity(): string {
    return this.options.role === 'publish' ? 'publishing' : 'consuming';
  }

  private get peer(): string {
    return `broker-${this.options.role}`;
  }

  private setStatus(value: number): void {
    this.options.metrics?.connectionStatus.set({ peer: this.peer }, value);
  }
}

/** What a closed bus answers. */
export function closedError(): PermanentError {
  return new PermanentError('malformed', 'The message bus is closed.');
}

async function rejectedAtEnd(session: BrokerSession): Promise<never> {
  throw new Error(await session.ended);
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
