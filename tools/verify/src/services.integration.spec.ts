import { sharedRabbitMq, whyNoInflux, whyNoRabbitMq } from '@neuraltrade/infra';
import { ownFaults } from './fault-list';
import { runVerify } from './testing/run-verify';

const missing = [
  sharedRabbitMq(process.env) === null ? whyNoRabbitMq(process.env) : '',
  whyNoInflux(process.env),
];
const why = missing.filter((text) => text !== '').join('; ');
/** A kill is the harder form of each of these; they have their turn in the long run. */
const GENTLE = ['restart-broker', 'restart-influx', 'hand-over-processor'];

// A hang ends here; the command has deadlines of its own.
jest.setTimeout(600_000);

if (why !== '') test.skip(`the services verified (${why})`, () => undefined);
else {
  describe('npm run verify of the services', () => {
    it('finds every trade stored once and every candle right after each fault of a process, the broker and the database', async () => {
      const own = ownFaults('services').filter((name) => !GENTLE.includes(name));
      const faults = [...own, 'cut-sockets', 'drop-frames'];
      const { code, stderr, result } = await runVerify([
        ...['--target', 'services', '--faults', faults.join(','), '--seed', '1'],
        ...['--duration', '5s', '--rate', '100', '--history', '10s', '--timeframes', '1s,5s,1m'],
      ]);
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
      expect(result.faults.map(({ name }) => name)).toEqual(expect.arrayContaining(faults));
      const processes = ['adapter-bybit', 'processor', 'influx-sink', 'dashboard', 'rabbitmq', 'influxdb'];
      expect(result.memoryMb.map(({ name }) => name)).toEqual(expect.arrayContaining(processes));
      expect(result.latencyMs.frameToStored.count).toBeGreaterThan(0);
      expect(result.latencyMs.frameToDashboard.count).toBeGreaterThan(0);
    });
  });
}
