import { HttpError } from '@influxdata/influxdb-client';
import { PermanentError } from '@neuraltrade/contracts';
import { StoreUnavailableError } from '../store-errors';
import { judge } from './judgement';

const PLACE = { url: 'http://db:8086', org: 'desk', bucket: 'market_data' };
const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

function answered(status: number, headers: Record<string, string> = {}): ReturnType<typeof judge> {
  const body = JSON.stringify({ code: 'x', message: 'the server says so' });
  return judge(new HttpError(status, '', body, null, 'application/json', undefined, headers), PLACE, NOW);
}

describe('the judgement of a failed request', () => {
  test.each([400, 413, 422])(
    '%i means that these points are never taken, with the server’s words',
    (status) => {
      const fault = answered(status);
      expect(fault).toBeInstanceOf(PermanentError);
      expect(fault).toMatchObject({ reason: 'store-refused' });
      expect(fault.message).toContain(`(${status}): the server says so`);
    },
  );

  test.each([401, 403, 404, 405, 418])(
    '%i is nothing that waiting cures, but nothing is given up',
    (status) => {
      expect(answered(status)).toMatchObject({ name: 'RetryableError', needsPerson: true });
    },
  );

  test('an organisation that a query does not find is no fault of what was asked, though its status is 400', () => {
    const body = JSON.stringify({
      code: 'invalid',
      message: 'failed to decode request body: organization name "desk" not found',
    });
    const fault = judge(new HttpError(400, '', body, null, 'application/json'), PLACE, NOW);
    expect(fault).toMatchObject({ name: 'RetryableError', needsPerson: true });
    expect(fault.message).toContain('Create organisation desk');
  });

  test('a refused token, a forbidden bucket and an unknown bucket name the setting to change', () => {
    expect(answered(401).message).toContain('Give INFLUX_TOKEN a valid one of organisation desk.');
    expect(answered(403).message).toContain('read and write access to bucket market_data');
    expect(answered(404).message).toContain('organisation desk with bucket market_data');
  });

  test.each([408, 429, 500, 501, 503, 504])('%i is tried again', (status) => {
    expect(answered(status)).toMatchObject({ name: 'RetryableError', needsPerson: false, waitMs: 0 });
  });

  test.each([429, 503])('%i with Retry-After waits that long, in seconds or until a date', (status) => {
    const until = new Date(NOW + 7_000).toUTCString();
    expect(answered(status, { 'retry-after': '2' })).toMatchObject({ waitMs: 2_000 });
    expect(answered(status, { 'retry-after': until })).toMatchObject({ waitMs: 7_000 });
  });

  test('what never got an answer is tried again', () => {
    const fault = judge(new Error('connect ECONNREFUSED 127.0.0.1:1'), PLACE, NOW);
    expect(fault).toBeInstanceOf(StoreUnavailableError);
    expect(fault.message).toBe(
      'InfluxDB at http://db:8086 cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
    );
  });

  test('a sentence a line for thousands of bad lines is cut short', () => {
    const body = JSON.stringify({ code: 'invalid', message: 'unable to parse. '.repeat(5_000) });
    expect(
      judge(new HttpError(400, '', body, null, 'application/json'), PLACE, NOW).message.length,
    ).toBeLessThan(600);
  });
});
