import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import type { Check } from './operations';
import { startPatiently } from './patient-start';

describe('a patient start', () => {
  const told: unknown[] = [];
  const checks: Check[] = [];
  const context = {
    log: { warn: (fields: unknown) => void told.push(fields) },
    addChecks: (more: readonly Check[]) => void checks.push(...more),
  };

  beforeEach(() => {
    jest.useFakeTimers();
    told.length = checks.length = 0;
  });
  afterEach(() => void jest.useRealTimers());

  it('is repeated while a peer is away, says why on the ready page, and says each reason once', async () => {
    const reasons = ['It is silent.', 'It is silent.', 'It restarts.'];
    const seen: string[] = [];
    const starting = startPatiently(context, () => {
      seen.push(checks[0]?.probe().reason ?? '');
      const reason = reasons.shift();
      return reason === undefined ? Promise.resolve('up') : Promise.reject(new RetryableError(reason));
    });
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await starting).toBe('up');
    expect(seen).toEqual(['', 'It is silent.', 'It is silent.', 'It restarts.']);
    expect(told).toEqual([{ reason: 'It is silent.' }, { reason: 'It restarts.' }]);
    expect(checks.map(({ probe }) => probe())).toEqual([{ ok: true, reason: '' }]);
  });

  it('ends with what no repetition cures', async () => {
    const fault = new PermanentError('malformed', 'The queue has other settings.');
    await expect(startPatiently(context, () => Promise.reject(fault))).rejects.toBe(fault);
  });
});
