import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBusContract } from '../testing/bus-contract';
import type { BusUnderTest } from '../testing/bus-under-test';
import { createInProcessBus } from './in-process-bus';

describeBusContract('the in-process bus with logs in files', async (): Promise<BusUnderTest> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bus-contract-'));
  let bus = createInProcessBus({ dataDir });
  return {
    bus,
    restart: async () => {
      await bus.close();
      bus = createInProcessBus({ dataDir });
      return bus;
    },
    dispose: async () => {
      await bus.close();
      await rm(dataDir, { recursive: true });
    },
  };
});

const inMemory = (): Promise<BusUnderTest> => {
  const bus = createInProcessBus({ dataDir: null });
  return Promise.resolve({ bus, dispose: () => bus.close() });
};

describeBusContract('the in-process bus in memory', inMemory, { restarts: false });
