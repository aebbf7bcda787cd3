import { startVenueSimulator } from '../simulator';
import type { SimulatorOptions, VenueSimulator } from '../simulator-options';
import { FeedClient } from './feed-client';

/** 2026-11-02T12:00:00Z: where virtual time starts, unless a test says otherwise. */
export const VIRTUAL_START_MS = 1_793_620_800_000;

const LARGEST_STEP_MS = 1_000;

/** A simulator whose clock a test turns by hand. */
export interface VirtualSimulator {
  /** The simulator itself. */
  readonly simulator: VenueSimulator;
  /** Virtual now, ms UTC. */
  now(): number;
  /** Lets time pass with every event in it, ms. */
  advance(ms: number): void;
  /** Lets time pass in one jump: only the last moment's events happen, as after a pause of the process, ms. */
  jump(ms: number): void;
  /** A connected client of a venue; `path` replaces the advertised path. */
  connect(venue: string, path?: string, options?: { autoPong?: boolean }): Promise<FeedClient>;
  /** Ends the clients and the simulator. */
  stop(): Promise<void>;
}

/** Starts a simulator on virtual time. */
export async function startVirtualSimulator(
  options: Partial<SimulatorOptions> = {},
): Promise<VirtualSimulator> {
  let nowMs = options.now?.() ?? VIRTUAL_START_MS;
  const clients: FeedClient[] = [];
  const simulator = await startVenueSimulator({
    seed: 7,
    historyMs: 0,
    tradesPerSecond: 100,
    symbols: ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BTC/USD', 'ETH/USD'],
    ...options,
    now: () => nowMs,
    turnIntervalMs: null,
  });
  const turnUntilDone = (): void => {
    while (simulator.turn());
  };
  return {
    simulator,
    now: () => nowMs,
    advance(ms) {
      const endMs = nowMs + ms;
      while (nowMs < endMs) {
        nowMs = Math.min(endMs, nowMs + LARGEST_STEP_MS);
        turnUntilDone();
      }
    },
    jump(ms) {
      nowMs += ms;
      turnUntilDone();
    },
    async connect(venue, path, clientOptions = {}) {
      const address = simulator.endpoints.get(venue)?.webSocketUrl ?? '';
      const url = path === undefined ? address : new URL(address).origin + path;
      const client = await FeedClient.connect(url, clientOptions);
      clients.push(client);
      return client;
    },
    async stop() {
      for (const client of clients) client.close();
      await simulator.stop();
    },
  };
}
