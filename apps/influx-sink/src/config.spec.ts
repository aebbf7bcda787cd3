import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hideSecrets } from '@neuraltrade/service';
import { prefetchOf, sinkConfig, sinkServiceConfig } from './config';

const BROKER = { AMQP_URLS: 'amqp://127.0.0.1' };

test('an empty environment gives the defaults', () => {
  expect(sinkConfig({})).toEqual({
    QUEUE_MAX_BYTES: 268_435_456,
    WRITE_BATCH_SIZE: 5_000,
    WRITE_FLUSH_MS: 1_000,
    MAX_RETRY_DELAY_MS: 15_000,
    RETRY_JITTER_MS: 200,
  });
});

test('every fault is told at once', () => {
  expect(() => sinkConfig({ WRITE_BATCH_SIZE: '0', WRITE_FLUSH_MS: 'soon' })).toThrow(
    /WRITE_BATCH_SIZE.*\n.*WRITE_FLUSH_MS/,
  );
});

test('the window of unanswered messages is two batches', () => {
  expect(prefetchOf(sinkConfig({}))).toBe(500);
  expect(prefetchOf(sinkConfig({ WRITE_BATCH_SIZE: '1' }))).toBe(2);
});

describe('the sink as a service of its own', () => {
  test('needs a broker and a token, and finds InfluxDB on this machine otherwise', () => {
    expect(() => sinkServiceConfig({})).toThrow(/AMQP_URLS is required.*\n.*INFLUX_TOKEN is required/s);
    expect(sinkServiceConfig({ ...BROKER, INFLUX_TOKEN: 'a-token-of-16-chars' })).toMatchObject({
      INFLUX_URL: 'http://127.0.0.1:8086',
      INFLUX_ORG: 'neuraltrade',
      INFLUX_BUCKET: 'market_data',
      WRITE_BATCH_SIZE: 5_000,
    });
  });

  test('a wrong address is told without the token, which no log line shows', () => {
    const env = { ...BROKER, INFLUX_TOKEN: 'canary-token-4711', INFLUX_URL: 'db:8086' };
    expect(() => sinkServiceConfig(env)).toThrow(
      /^INFLUX_URL must be a URL that begins with http:\/\/ or https:\/\//,
    );
    expect(hideSecrets('{"msg":"canary-token-4711 was refused"}')).not.toContain('canary-token-4711');
  });

  test('the token comes from a file, each time it is read', () => {
    const scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-token-'));
    try {
      const file = join(scratch, 'token');
      const env = { ...BROKER, INFLUX_TOKEN_FILE: file };
      writeFileSync(file, 'the-first-token\n');
      expect(sinkServiceConfig(env).INFLUX_TOKEN).toBe('the-first-token');
      writeFileSync(file, 'the-second-token\n');
      expect(sinkServiceConfig(env).INFLUX_TOKEN).toBe('the-second-token');
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
});
