import { seededRandom } from '@neuraltrade/exchange';
import {
  eventually,
  ScriptedInflux,
  type ServiceProcess,
  sharedRabbitMq,
  type SharedRabbitMq,
  whyNoInflux,
  whyNoRabbitMq,
} from '@neuraltrade/infra';
import { WholePipeline } from './testing/whole-pipeline';

/** How often a service is stopped; they take turns. */
const SHUTDOWNS = Number(process.env['SHUTDOWNS'] ?? 7);
const SEED = Number(process.env['SHUTDOWN_SEED'] ?? 1);
/** Longest time at work before a stop, ms: some are stopped while they start. */
const LONGEST_LIFE_MS = 1_500;
const SHUTDOWN_TIMEOUT_MS = 4_000;
const SERVICES = [
  'processor',
  'influx-sink',
  'dashboard',
  'adapter-binance',
  'ml-engine',
  'signals',
  'backtester',
] as const;
type Name = (typeof SERVICES)[number];
/** Who is refused when queues are full. */
const PUBLISHERS = ['processor', 'adapter-binance'] as const;

const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);

jest.setTimeout(240_000 + SHUTDOWNS * 10_000);
if (broker === null || why !== '') test.skip(`services that are stopped (${why})`, () => undefined);
else describe(`services that are stopped under load (seed ${SEED})`, () => suite(broker));

/** How a process has ended: its exit code, and whether that was in time. */
interface Ending {
  readonly script: string;
  readonly code: number | null;
  readonly inTime: boolean;
  readonly stderr: string;
}

function suite(rabbitMq: SharedRabbitMq): void {
  const pipeline = new WholePipeline({
    services: SERVICES,
    tradesPerSecond: 400,
    symbols: ['BTC/USDT'],
    env: {
      SHUTDOWN_TIMEOUT_MS: String(SHUTDOWN_TIMEOUT_MS),
      QUEUE_MAX_BYTES: '200000',
      WRITE_BATCH_SIZE: '200',
      BATCH_SIZE: '50',
      PREFETCH: '16',
      BATCH_MAX_TICKS: '50',
      BUFFER_MAX_TICKS: '1000',
    },
  });

  const stop = async (service: ServiceProcess): Promise<Ending> => {
    const begun = performance.now();
    const code = await service.stop();
    const { script, stderr } = service;
    return { script, code, inTime: performance.now() - begun <= SHUTDOWN_TIMEOUT_MS + 500, stderr };
  };
  const inOrder = ({ script }: ServiceProcess): Ending => ({ script, code: 0, inTime: true, stderr: '' });
  const works = async (): Promise<void> => {
    const before = (await pipeline.stored()).length;
    await eventually(
      async () => (await pipeline.stored()).length > before,
      'something new in InfluxDB',
      60_000,
    );
  };

  beforeAll(async () => {
    await pipeline.start(rabbitMq);
    await pipeline.isReady();
    await works();
  });
  afterAll(() => pipeline.dispose());

  test(`at random instants, ${SHUTDOWNS} times: each leaves with 0 in time`, async () => {
    const random = seededRandom(SEED);
    for (let count = 0; count < SHUTDOWNS; count += 1) {
      const name = SERVICES[count % SERVICES.length] as Name;
      await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_LIFE_MS));
      const service = pipeline.service(name);
      expect(await stop(service)).toEqual(inOrder(service));
      pipeline.startService(name);
    }
    await works();
  });

  test('a sink whose InfluxDB answers 503 leaves in time, and what it held stays in the queue', async () => {
    const scripted = await ScriptedInflux.start();
    await stop(pipeline.service('influx-sink'));
    scripted.answer = ({ body, kind }) => ({ status: kind === 'write' && body !== '' ? 503 : 204 });
    const sink = pipeline.startService('influx-sink', { INFLUX_URL: scripted.url });
    await eventually(() => scripted.writes.length > 3, 'writes that are refused');
    expect(await stop(sink)).toEqual(inOrder(sink));
    await scripted.dispose();
    pipeline.startService('influx-sink');
    await pipeline.isReady();
  });

  test('while InfluxDB stands still and every queue is full, those who cannot publish leave in time', async () => {
    await pipeline.influx.freeze();
    await eventually(
      async () =>
        (await pipeline.service('adapter-binance').metric(NACKED, 'stage="adapter",reason="queue-full"')) > 0,
      'the adapter to be refused',
      60_000,
    );
    const services = PUBLISHERS.map((name) => pipeline.service(name));
    expect(await Promise.all(services.map(stop))).toEqual(services.map(inOrder));
    await pipeline.influx.thaw();
    for (const name of PUBLISHERS) pipeline.startService(name);
    await pipeline.isReady();
  });

  test('while the broker stands still, all of them leave in time', async () => {
    for (const direction of ['toBroker', 'toClient'] as const) pipeline.broker.flow(direction, 'stall');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const services = SERVICES.map((name) => pipeline.service(name));
    expect(await Promise.all(services.map(stop))).toEqual(services.map(inOrder));
    for (const direction of ['toBroker', 'toClient'] as const) pipeline.broker.flow(direction, 'pass');
    for (const name of SERVICES) pipeline.startService(name);
    await works();
  });

  test('in the end every trade that the venue told is stored, once', async () => {
    const settled = await pipeline.settle();
    expect(settled).toEqual({ told: settled.told, missing: [], doubled: [] });
    expect(settled.told).toBeGreaterThan(1_000);
    expect(pipeline.complaints).toEqual([]);
  });
}

const NACKED = 'messages_nacked_total';
