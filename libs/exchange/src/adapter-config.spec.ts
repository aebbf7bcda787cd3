import { describeConfig } from '@neuraltrade/service';
import { adapterConfig, adapterSchema, DEFAULT_SYMBOLS } from './adapter-config';
import { testVenue } from './testing/adapter-harness';

const binance = testVenue('binance');

/** The sentences of the fault that the environment causes. */
function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    adapterConfig(env, binance);
  } catch (error) {
    return (error as { faults: readonly string[] }).faults;
  }
  return [];
}

describe('the adapter configuration', () => {
  it('has the venue’s own addresses, times and the default symbols in an empty environment', () => {
    expect(adapterConfig({}, binance)).toEqual({
      symbols: DEFAULT_SYMBOLS,
      instance: '',
      gapHoldMs: 60_000,
      backfillMs: 0,
      strictSymbols: false,
      symbolsFile: null,
      symbolsPerConnection: 100,
      webSocketUrl: binance.webSocketUrl,
      restUrl: binance.restUrl,
      partitions: 8,
      queueMaxBytes: 268_435_456,
      bufferMaxTicks: 50_000,
      batchMaxTicks: 100,
      batchFlushMs: 100,
      reconnectBaseMs: 1_000,
      reconnectMaxMs: 30_000,
      pingIntervalMs: binance.heartbeat.intervalMs,
      pingTimeoutMs: 10_000,
      silenceLimitMs: binance.heartbeat.silenceLimitMs,
      pauseMaxMs: 15_000,
      quoteMaxAgeMs: null,
    });
    expect(adapterConfig({}, testVenue('coinbase')).quoteMaxAgeMs).toBe(60_000);
  });

  it('lets what is named for a venue win over what is named for all', () => {
    const file = { SYMBOLS_FILE: '/tmp/symbols' };
    expect(adapterConfig(file, binance).symbolsFile).toBe('/tmp/symbols');
    expect(adapterConfig({ ...file, BINANCE_SYMBOLS: 'BTC/USDT' }, binance).symbolsFile).toBeNull();
    const env = {
      SYMBOLS: 'ETH/USDT',
      BINANCE_SYMBOLS: 'BTC/USDT, SOL/USDT',
      WS_URL: 'ws://all.test',
      BINANCE_WS_URL: 'ws://binance.test/ws',
      REST_URL: 'http://all.test',
      BINANCE_REST_URL: 'http://binance.test',
    };
    expect(adapterConfig(env, binance)).toMatchObject({
      symbols: ['BTC/USDT', 'SOL/USDT'],
      strictSymbols: true,
      webSocketUrl: 'ws://binance.test/ws',
      restUrl: 'http://binance.test',
    });
    expect(adapterConfig(env, testVenue('kraken'))).toMatchObject({
      symbols: ['ETH/USDT'],
      strictSymbols: false,
      webSocketUrl: 'ws://all.test',
      restUrl: 'http://all.test',
    });
  });

  it('names every fault at once in sentences', () => {
    expect(
      faultsOf({ SYMBOLS: 'btc-usdt', BINANCE_WS_URL: 'http://x', BATCH_FLUSH_MS: '0', PARTITIONS: 'many' }),
    ).toEqual([
      expect.stringMatching(/^SYMBOLS must be a comma list of BASE\/QUOTE in upper case, not 'btc-usdt'\.$/),
      expect.stringMatching(/^PARTITIONS must be a whole number/),
      expect.stringMatching(/^BATCH_FLUSH_MS must be a whole number of ms/),
      expect.stringMatching(/^BINANCE_WS_URL must be a URL that begins with wss:\/\/ or ws:\/\//),
    ]);
    expect(
      faultsOf({
        RECONNECT_BASE_MS: '9',
        RECONNECT_MAX_MS: '8',
        BATCH_MAX_TICKS: '100',
        BUFFER_MAX_TICKS: '50',
      }),
    ).toEqual([
      'RECONNECT_MAX_MS must not be below RECONNECT_BASE_MS.',
      'BATCH_MAX_TICKS must not be above BUFFER_MAX_TICKS.',
    ]);
  });

  it('describes every variable, the venue’s own ones too', () => {
    const variables = describeConfig(adapterSchema(binance));
    expect(variables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['SYMBOLS', 'BINANCE_SYMBOLS', 'BINANCE_WS_URL', 'BUFFER_MAX_TICKS']),
    );
    expect(variables.every(({ description }) => description !== '')).toBe(true);
  });
});
