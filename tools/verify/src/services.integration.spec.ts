import { whyNoInflux, whyNoRabbitMq } from '@neuraltrade/infra';
import { ownFaults } from './fault-list';
import { runVerify } from './testing/run-verify';

const why = [whyNoRabbitMq(process.env), whyNoInflux(process.env)].filter((text) => text !== '').join('; ');

// A hang ends here; the command has deadlines of its own.
jest.setTimeout(300_000);

if (why !== '') test.skip(`the services verified (${why})`, () => undefined);
else {
  describe('npm run verify of the services', () => {
    it('finds every trade stored once and every candle right after each fault of a process, the broker and the database', async () => {
      const faults = ownFaults('services');
      const { code, stderr, result } = await runVerify([
        ...[
          '--target',
          'services',
          '--duration',
          '6s',
          '--rate',
          '200',
          '--seed',
          '1',
          '--fault-every',
          '300ms',
        ],
        ...['--symbols', 'BTC/USDT,ETH/USD', '--history', '10s', '--timeframes', '1s,5s,1m'],
        ...['--faults', [...faults, 'cut-sockets', 'drop-frames'].join(',')],
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
      const names = result.faults.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining([...faults, 'cut-sockets', 'drop-frames']));
      const processes = ['adapter-bybit', 'processor', 'influx-sink', 'dashboard', 'rabbitmq', 'influxdb'];
      expect(result.memoryMb.map(({ name }) => name)).toEqual(expect.arrayContaining(processes));
      expect(result.latencyMs.frameToStored.count).toBeGreaterThan(0);
      expect(result.latencyMs.frameToDashboard.count).toBeGreaterThan(0);
    });
  });
}
