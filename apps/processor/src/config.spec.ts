import { ConfigError } from '@neuraltrade/service';
import { processorConfig } from './config';

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    processorConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

describe('processorConfig', () => {
  it('names a timeframe that does not divide a day together with every other fault', () => {
    const faults = faultsOf({ TIMEFRAMES: '1m,7m', PREFETCH: '1' });
    expect(faults).toHaveLength(2);
    expect(faults.join(' ')).toContain('TIMEFRAMES must be a comma list of lengths that divide a day');
  });

  it('refuses a prefetch whose trades could come again after their ids are forgotten', () => {
    expect(faultsOf({ PREFETCH: '256', BATCH_MAX_TICKS: '100' })).toEqual([]);
    expect(faultsOf({ PREFETCH: '400' }).join(' ')).toContain('PREFETCH x BATCH_MAX_TICKS is 40000');
    expect(faultsOf({ DEDUPE_WINDOW: '1000' }).join(' ')).toContain('more than 300');
  });
});
