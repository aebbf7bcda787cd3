import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultRecord } from '../faults/fault-ledger';
import type { VenueFaults } from '../faults/venue-faults';
import type { SimulatorOptions } from '../simulator-options';
import type { TruthRecord } from '../truth-log';
import type { FeedClient } from './feed-client';
import { startVirtualSimulator } from './virtual-simulator';
import type { VirtualSimulator } from './virtual-simulator';

/** A simulator on virtual time whose faults and truth log a test looks at. */
export interface FaultyFeed extends VirtualSimulator {
  /** Its faults. */
  readonly faults: VenueFaults;
  /** The lines of the truth log about one fault, after one more turn. */
  logged(fault: string): FaultRecord[];
  /** The trades of the truth log, after one more turn. */
  truth(): TruthRecord[];
  /** A client of Binance's streams, acknowledged. */
  binance(streams: readonly string[]): Promise<FeedClient>;
  /** The answer of a venue's REST interface. */
  rest(venue: string, path: string): Promise<Response>;
}

/** Starts it with a truth log in a private directory, which {@link VirtualSimulator.stop} removes. */
export async function startFaultyFeed(options: Partial<SimulatorOptions> = {}): Promise<FaultyFeed> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const truthLog = join(folder, 'truth.ndjson');
  const virtual = await startVirtualSimulator({ truthLog, ...options });
  const lines = (): unknown[] => {
    virtual.advance(1);
    const texts = readFileSync(truthLog, 'utf8').split('\n');
    return texts.filter((text) => text !== '').map((text) => JSON.parse(text) as unknown);
  };
  return {
    ...virtual,
    faults: virtual.simulator.faults,
    logged: (fault) => (lines() as FaultRecord[]).filter((record) => record.fault === fault),
    truth: () => (lines() as TruthRecord[]).filter(({ tradeId }) => tradeId !== undefined),
    async binance(streams) {
      const client = await virtual.connect('binance');
      const isAck = (frame: object): boolean => 'result' in frame;
      await client.ask({ method: 'SUBSCRIBE', params: streams, id: 1 }, isAck);
      return client;
    },
    rest: (venue, path) => fetch((virtual.simulator.endpoints.get(venue)?.restUrl ?? '') + path),
    async stop() {
      await virtual.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The `data` of every frame of one Binance stream, once everything sent so far has come. */
export async function dataOf(client: FeedClient, stream: string): Promise<Record<string, unknown>[]> {
  await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 99 }, (frame) => frame['id'] === 99);
  return client.frames.flatMap((text) => {
    const frame = JSON.parse(text) as { stream?: string; data?: Record<string, unknown> };
    return frame.stream === stream && frame.data !== undefined ? [frame.data] : [];
  });
}
