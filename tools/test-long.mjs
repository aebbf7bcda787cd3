// The long counts: suites of the ordinary test run with far more kills and runs than it has time for, and some minutes of
// verification under faults, one after the other. `npm run test:long -- store` runs those whose name holds a given word.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const JEST = ['node_modules/jest/bin/jest.js', '--runInBand', '--silent=false'];
const VERIFY = ['tools/run.mjs', 'tools/verify'];

/** What is run: a name, what node is given, and the environment that sets its count. */
const LONG_RUNS = [
  { name: 'store killed', command: [...JEST, 'libs/storage/src/duckdb/kill'], env: { STORE_KILLS: '50' } },
  { name: 'archive killed', command: [...JEST, 'libs/storage/src/archive'], env: { ARCHIVE_KILLS: '40' } },
  {
    name: 'queues killed',
    command: [...JEST, 'libs/messaging/src/queue-files/kill'],
    env: { QUEUE_KILLS: '50' },
  },
  {
    name: 'recorder killed',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'recorder-kills'],
    env: { RECORDER_KILLS: '10', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'processor killed',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'processor-kills'],
    env: { PROCESSOR_KILLS: '50', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'processor handed over',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'processor-handovers'],
    env: { HANDOVERS: '21', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'processor refused',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'processor-queues'],
    env: { FULL_QUEUE_KILLS: '25', RETURNS: '40', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'processor under a broker that ends',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'processor-broker'],
    env: { BROKER_RESTARTS: '6', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'adapters killed',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'adapter-(kills|pair)'],
    env: { ADAPTER_KILLS: '20', PAIR_KILLS: '20', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'signals killed',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'signals-kills'],
    env: { SIGNALS_KILLS: '50', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'services stopped',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'delivery/src/shutdown'],
    env: { SHUTDOWNS: '50', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'InfluxDB and a dashboard client frozen',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'delivery/src/backpressure'],
    env: {
      BACKPRESSURE_SECONDS: '60',
      BACKPRESSURE_RATE: '5000',
      FROZEN_CLIENT_SECONDS: '20',
      REQUIRE_SERVICES: '1',
    },
  },
  {
    name: 'ML engine killed',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'ml-engine-kills'],
    env: { ML_ENGINE_KILLS: '20', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'broker killed',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'broker-outages'],
    env: { BROKER_KILLS: '20', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'parked messages sent back',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'delivery/src/parked'],
    env: { PARKED_MESSAGES: '4000', PARKED_KILLS: '20', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'cluster killed',
    command: [...JEST, '--selectProjects', 'integration', '--testPathPatterns', 'tools/delivery/src/cluster'],
    env: { CLUSTER_ROUNDS: '5', REQUIRE_SERVICES: '1' },
  },
  {
    name: 'adapters under every fault',
    command: [...JEST, 'libs/venue-simulator/src/fault-recovery'],
    env: { FAULT_ORDEALS: '1' },
  },
  {
    name: 'decoders fuzzed',
    command: [...JEST, 'libs/venues/src/conformance-fuzz'],
    env: { FUZZ_RUNS: '10000' },
  },
  {
    name: 'features over a million candles',
    command: [...JEST, 'libs/strategies/src/windows/rolling-sum'],
    env: { FEATURE_CANDLES: '1000000' },
  },
  { name: 'shipped model trained again', command: ['tools/run.mjs', 'tools/train', '--check'], env: {} },
  {
    name: 'inputs fuzzed',
    command: [
      ...JEST,
      ...[
        'libs/contracts/src/codec-fuzz',
        'libs/storage/src/influx/points-fuzz',
        'libs/venues/src/conformance-hostile',
        'apps/signals/src/book/bounded-state',
      ],
      ...[
        'apps/dashboard/src/gateway-fuzz',
        'apps/dashboard/src/topics/topics',
        'apps/dashboard/src/bounded-state',
        'libs/processing/src/bounded-state',
      ],
      ...['libs/storage/src/influx/influx-store.integration', 'tools/delivery/src/security'],
    ],
    env: {
      CODEC_RUNS: '30000',
      POINT_RUNS: '30000',
      URL_RUNS: '10000',
      STRANGE_SYMBOLS: '100000',
      STRANGE_MINUTES: '34',
      GATEWAY_RUNS: '3000',
      TOPIC_RUNS: '1000',
      TEXT_RUNS: '100000',
      SERIES_TRADES: '1000000',
      CONFIG_RUNS: '2000',
      HEALTH_RUNS: '3000',
      REQUIRE_SERVICES: '1',
    },
  },
  {
    // Every suite of properties, with cases that the ordinary run has not drawn; the seed repeats a run.
    name: 'properties drawn anew',
    command: [...JEST, '--selectProjects', 'unit', '--findRelatedTests', 'tools/seeded-fast-check.cjs'],
    env: { PROPERTY_SEED: process.env.PROPERTY_SEED ?? String(Date.now() % 2 ** 31), PROPERTY_RUNS: '1000' },
  },
  {
    name: 'recordings replayed',
    command: [...JEST, 'libs/exchange/src/recording'],
    env: { RECORDING_RUNS: '1000' },
  },
  {
    name: 'standalone killed',
    command: [...JEST, 'apps/standalone/src/standalone', '-t', 'killed again and again'],
    env: { STANDALONE_KILLS: '20' },
  },
  {
    name: 'services verified',
    command: [
      ...VERIFY,
      ...['--target', 'services', '--duration', '5m', '--rate', '2000'],
      ...['--faults', 'all', '--fault-every', '6s', '--seed', '1'],
    ],
    env: {},
  },
  {
    name: 'standalone verified',
    command: [
      ...VERIFY,
      ...['--target', 'standalone', '--duration', '5m', '--rate', '2000'],
      ...['--faults', 'all,kill', '--fault-every', '5s', '--seed', '1'],
    ],
    env: {},
  },
];

const [word = ''] = process.argv.slice(2);
const chosen = LONG_RUNS.filter(({ name }) => name.includes(word));
if (chosen.length === 0) {
  const names = LONG_RUNS.map(({ name }) => name).join(', ');
  process.stderr.write(`No long run has '${word}' in its name; there are: ${names}.\n`);
  process.exit(2);
}
const results = chosen.map(({ name, command, env }) => {
  const setting = Object.entries(env).map(([key, value]) => `${key}=${value} `);
  process.stdout.write(`\n== ${name}: ${setting.join('')}node ${command.join(' ')}\n`);
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, command, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  return { name, passed: status === 0, seconds: Math.round((performance.now() - startedAt) / 1_000) };
});

process.stdout.write('\n');
for (const { name, passed, seconds } of results)
  process.stdout.write(`${passed ? 'passed' : 'FAILED'}  ${name} (${seconds} s)\n`);
const passed = results.filter((result) => result.passed).length;
process.stdout.write(`${passed} passed, ${results.length - passed} failed\n`);
process.exit(passed === results.length ? 0 : 1);
