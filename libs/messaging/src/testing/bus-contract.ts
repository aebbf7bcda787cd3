import { describeBatches } from './contract-batches';
import { describeConsuming } from './contract-consuming';
import { describeHandOver } from './contract-hand-over';
import { describeLogRestart, describeLogs } from './contract-logs';
import { describeParking } from './contract-parking';
import { describePublishing } from './contract-publishing';
import { describeQueues } from './contract-queues';
import { describeQueueRestart } from './contract-restart';
import type { MakeBus } from './bus-under-test';

/**
 * What every message bus does, in process or over a broker. To be called in a spec file.
 * @param name the implementation's name.
 * @param makeBus makes a bus with nothing declared, for each test.
 * @param restarts whether its logs and core queues outlive it, so that `restart` is to be tried.
 */
export function describeBusContract(name: string, makeBus: MakeBus, { restarts = true } = {}): void {
  jest.setTimeout(30_000);
  describe(name, () => {
    describe('publishing', () => describePublishing(makeBus));
    describe('publishing in batches', () => describeBatches(makeBus));
    describe('queues', () => describeQueues(makeBus));
    describe('consuming', () => describeConsuming(makeBus));
    describe('hand-over', () => describeHandOver(makeBus));
    describe('parking', () => describeParking(makeBus));
    describe('log queues', () => describeLogs(makeBus));
    if (!restarts) return;
    describe('core queues over a restart', () => describeQueueRestart(makeBus));
    describe('log queues over a restart', () => describeLogRestart(makeBus));
  });
}
