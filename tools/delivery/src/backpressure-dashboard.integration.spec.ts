import { AMQP_EXCHANGES, encodeBatch, routingKeys } from '@neuraltrade/contracts';
import {
  bundles,
  eventually,
  type Influx,
  ServiceProcess,
  sharedRabbitMq,
  type SharedRabbitMq,
  startInflux,
  whyNoInflux,
  whyNoRabbitMq,
} from '@neuraltrade/infra';
import { createRabbitMqBus, type MessageBus, publishBatch } from '@neuraltrade/messaging';
import { processedTick, rawTick } from './testing/records';
import { memoryOf } from './testing/whole-pipeline';

/** How long the client stands still, s; 20 and more show that it is cut for it. */
const SECONDS = Number(process.env['FROZEN_CLIENT_SECONDS'] ?? 3);
/** Symbols that change several times a second: some MB a second for each client that keeps up. */
const SYMBOLS = Array.from({ length: 1_000 }, (_, index) => `COIN${index}/USDT`);
/** What the dashboard may hold for a client that does not read, and the garbage of the others, MB. */
const GROWTH_MB = 100;
/** After how long a client that stays behind is cut, s. */
const CUT_AFTER_S = 15;

const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);

jest.setTimeout(90_000 + 2_000 * SECONDS);
if (broker === null || why !== '')
  test.skip(`a dashboard client that stands still (${why})`, () => undefined);
else describe(`a dashboard client that stands still for ${SECONDS} s`, () => suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const clients: ServiceProcess[] = [];
  let influx: Influx;
  let dashboard: ServiceProcess;
  let bus: MessageBus;
  let round = 0;
  let publishing = true;
  let published: Promise<void> = Promise.resolve();

  const client = (): ServiceProcess => {
    const url = `${(dashboard.pageUrl ?? '').replace(/^http/, 'ws')}/ws`;
    const process = new ServiceProcess('tools/delivery/src/testing/dashboard-client.cjs', {}, [url]);
    clients.push(process);
    return process;
  };
  const messagesOf = ({ log }: ServiceProcess): number =>
    Number(log.findLast((line) => 'messages' in line)?.['messages'] ?? 0);
  const publish = async (): Promise<void> => {
    while (publishing) {
      round += 1;
      const messages = SYMBOLS.map((symbol) => ({
        ...encodeBatch('ticks', [
          processedTick(rawTick('binance', symbol, round, Date.now(), 100 + (round % 7))),
        ]),
        amqpExchange: AMQP_EXCHANGES.ticks,
        routingKey: routingKeys.tick('binance', symbol),
        messageId: `${symbol}:${round}`,
      }));
      await publishBatch(bus, messages);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  beforeAll(async () => {
    await bundles(['apps/dashboard']);
    const [server, url] = await Promise.all([startInflux({ env: process.env }), rabbitMq.takeVirtualHost()]);
    influx = server;
    dashboard = new ServiceProcess('dist/apps/dashboard/main.cjs', {
      PORT: '0',
      HTTP_PORT: '0',
      AMQP_URLS: url,
      INFLUX_URL: influx.url,
      INFLUX_TOKEN: influx.token,
      INFLUX_ORG: influx.org,
      INFLUX_BUCKET: influx.bucket,
    });
    await dashboard.isReady();
    bus = createRabbitMqBus({
      urls: [url],
      heartbeatS: 5,
      connectTimeoutMs: 5_000,
      reconnectBaseMs: 50,
      reconnectMaxMs: 200,
      log: { info: () => undefined, warn: () => undefined },
    });
    published = publish();
  });
  afterAll(async () => {
    publishing = false;
    await published;
    await Promise.all([dashboard, ...clients].map((one) => one?.stop('SIGKILL')));
    await bus?.close();
    await influx?.dispose();
  });

  test(`costs the dashboard no memory and does not hold up the others${SECONDS < CUT_AFTER_S + 5 ? '' : ', and is cut'}`, async () => {
    const [frozen, other] = [client(), client()];
    for (const one of [frozen, other]) await eventually(() => messagesOf(one) > 5, 'prices to come');
    process.kill(frozen.pid, 'SIGSTOP');
    const stopped = messagesOf(frozen);
    const before = { messages: messagesOf(other), memory: await memoryOf(dashboard) };
    let peak = 0;
    for (const until = performance.now() + SECONDS * 1_000; performance.now() < until;) {
      peak = Math.max(peak, await memoryOf(dashboard));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // What was in its pipe when it was stopped may still have come.
    expect(messagesOf(frozen)).toBeLessThan(stopped + 20);
    expect(messagesOf(other)).toBeGreaterThan(before.messages + SECONDS * 2);
    expect(peak - before.memory).toBeLessThan(GROWTH_MB);
    const connected = async (): Promise<number> =>
      ((await (await fetch(`${dashboard.pageUrl ?? ''}/api/pipeline`)).json()) as { clients: number })
        .clients;
    if (SECONDS >= CUT_AFTER_S + 5)
      await eventually(async () => (await connected()) === 1, 'the client to be cut');
    process.kill(frozen.pid, 'SIGCONT');
    if (SECONDS >= CUT_AFTER_S + 5)
      await eventually(() => frozen.log.some((line) => 'closed' in line), 'its close');
    else await eventually(() => messagesOf(frozen) > stopped + 20, 'prices to go on');
  });
}
