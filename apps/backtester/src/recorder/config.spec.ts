import { resolve } from 'node:path';
import { recorderServiceConfig } from './config';

const ENV = { AMQP_URLS: 'amqp://user:pass-word@127.0.0.1', INIT_CWD: '/work' };

describe('the configuration of the recorder', () => {
  it('keeps each kind of market in a folder of its own, and needs no database', () => {
    expect(recorderServiceConfig(ENV)).toMatchObject({
      directory: resolve('/work/data/live/parquet'),
      recorder: { RECORD_FLUSH_MS: 10_000, REPAIR_INTERVAL_MS: 60_000, REPAIR_REACH_MS: 172_800_000 },
    });
    const simulated = recorderServiceConfig({ ...ENV, MODE: 'simulated', DATA_DIR: '/data' });
    expect(simulated.directory).toBe('/data/simulated/parquet');
  });

  it('tells every fault at once', () => {
    expect(() => recorderServiceConfig({ ...ENV, MODE: 'paper', RECORD_FLUSH_MS: '-1' })).toThrow(
      /MODE must be[^]*RECORD_FLUSH_MS must be|RECORD_FLUSH_MS must be[^]*MODE must be/,
    );
  });
});
