import { sharedRabbitMq, whyNoInflux, whyNoRabbitMq } from '@neuraltrade/infra';
import { faultNames } from './fault-list';
import { runVerify } from './testing/run-verify';

const missing = [
  sharedRabbitMq(process.env) === null ? whyNoRabbitMq(process.env) : '',
  whyNoInflux(process.env),
];
const why = missing.filter((text) => text !== '').join('; ');
/** Those of the ordinary run; VERIFY_FAULTS names others by comma, or all. */
const FEW = [
  ...['kill-processor', 'kill-sink', 'kill-adapter', 'kill-dashboard', 'kill-broker'],
  ...['freeze-sink', 'freeze-adapter', 'freeze-dashboard', 'cut-sockets', 'drop-frames', 'duplicate-frames'],
].join(',');
const { VERIFY_FAULTS } = process.env;
const list = VERIFY_FAULTS ?? FEW;
const duration = VERIFY_FAULTS === undefined ? '8s' : '60s';

// A hang ends here; the command has deadlines of its own.
jest.setTimeout(600_000);

if (why !== '') test.skip(`the services verified (${why})`, () => undefined);
else {
  describe('npm run verify of the services', () => {
    it('finds every trade stored once and every candle right after faults of processes, the broker and the market', async () => {
      const { code, stderr, result } = await runVerify(
        [
          ...['--target', 'services', '--faults', list, '--seed', '1'],
          ...['--duration', duration, '--rate', '100'],
          ...['--symbols', 'BTC/USDT,BTC/USD', '--history', '10s', '--timeframes', '1s,5s,1m'],
        ],
        { BACKFILL_MS: '600000', PARTITIONS: '2' },
      );
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringContaining('once and right') as string,
      });
      expect(result).toMatchObject({
        ticks: { missing: 0, extra: 0, wrong: 0 },
        candles: { wrong: 0 },
        revisions: { conflicting: 0 },
        gaps: { open: 0, unaccounted: 0 },
      });
      expect(result.ticks.expected).toBeGreaterThan(1_000);
      expect(result.candles.expected).toBeGreaterThan(30);
      const faults = faultNames(list, 'services') as readonly string[];
      expect(result.faults.map(({ name }) => name)).toEqual(expect.arrayContaining([...faults]));
      const processes = ['adapter-bybit', 'processor', 'influx-sink', 'dashboard', 'rabbitmq', 'influxdb'];
      expect(result.memoryMb.map(({ name }) => name)).toEqual(expect.arrayContaining(processes));
      expect(result.latencyMs.frameToStored.count).toBeGreaterThan(0);
      expect(result.latencyMs.frameToDashboard.count).toBeGreaterThan(0);
    });
  });
}
