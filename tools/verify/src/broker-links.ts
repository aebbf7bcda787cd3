import { setTimeout as sleep } from 'node:timers/promises';
import { FaultProxy } from '@neuraltrade/infra';

/** Who shares a proxy. */
export const LINK_GROUPS = ['adapters', 'processor', 'consumers'] as const;

/** Some of the services. */
export type LinkGroup = (typeof LINK_GROUPS)[number];

/** The connections of the services to the broker, which lead through proxies of this process. */
export class BrokerLinks {
  readonly #proxies: ReadonlyMap<LinkGroup, FaultProxy>;

  private constructor(proxies: ReadonlyMap<LinkGroup, FaultProxy>) {
    this.#proxies = proxies;
  }

  /** Listens in front of the broker of an address. */
  static async start(brokerUrl: string): Promise<BrokerLinks> {
    const proxies = new Map<LinkGroup, FaultProxy>();
    for (const group of LINK_GROUPS) proxies.set(group, await FaultProxy.start(brokerUrl));
    return new BrokerLinks(proxies);
  }

  /** The broker's address for these services. */
  urlOf(group: LinkGroup): string {
    return this.#of(group).url;
  }

  /** Resets every connection. */
  cut(): void {
    for (const proxy of this.#proxies.values()) proxy.cut();
  }

  /** Lets nothing through in either direction for a while, and opens no connection; those that are open stay so. */
  async blackhole(forMs: number): Promise<void> {
    this.#flow('drop');
    try {
      await sleep(forMs);
    } finally {
      this.#flow('pass');
      // Bytes are missing on those that live on: nothing good can come of them.
      this.cut();
    }
  }

  /** Takes nothing more from these services while an action goes on. */
  async holding<T>(group: LinkGroup, action: () => Promise<T>): Promise<T> {
    const proxy = this.#of(group);
    proxy.flow('toBroker', 'stall');
    try {
      return await action();
    } finally {
      proxy.flow('toBroker', 'pass');
    }
  }

  /** Cuts everything and listens no more. */
  async stop(): Promise<void> {
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.stop()));
  }

  #flow(flow: 'pass' | 'drop'): void {
    for (const proxy of this.#proxies.values()) {
      proxy.flow('toBroker', flow);
      proxy.flow('toClient', flow);
    }
  }

  #of(group: LinkGroup): FaultProxy {
    const proxy = this.#proxies.get(group);
    if (proxy === undefined) throw new Error(`There are no connections of ${group}.`);
    return proxy;
  }
}
