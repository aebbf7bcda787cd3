import { coreQueues, encodeBatch } from '@neuraltrade/contracts';
import { eventually, sharedRabbitMq, type SharedRabbitMq, whyNoRabbitMq } from '@neuraltrade/infra';
import { createRabbitMqBus } from '@neuraltrade/messaging';
import { rawTick } from './testing/records';

/** Where a counter of 8, 16, 32 or 53 bits would end, and its neighbours. */
const COUNTS = [2 ** 7, 2 ** 8, 2 ** 15, 2 ** 16, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER - 1].flatMap(
  (edge) => [edge - 1, edge, edge + 1],
);

const broker = sharedRabbitMq(process.env);
jest.setTimeout(60_000);
if (broker === null) test.skip(`counters near their ends (${whyNoRabbitMq(process.env)})`, () => undefined);
else describe('counters near their ends on a real broker', () => suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  test('batch numbers and ids of any size arrive as they were sent', async () => {
    const bus = createRabbitMqBus({
      urls: [await rabbitMq.takeVirtualHost()],
      ...{ heartbeatS: 5, connectTimeoutMs: 5_000, reconnectBaseMs: 50, reconnectMaxMs: 200 },
      log: { info: () => undefined, warn: () => undefined },
    });
    try {
      await bus.declare(coreQueues(1, 10_000_000));
      const arrived: unknown[] = [];
      const taken = await bus.consume('processor.raw.0', { prefetch: 100 }, (delivery) => {
        const [{ tradeId }] = JSON.parse(delivery.body.toString()) as [{ tradeId: string }];
        arrived.push([delivery.headers['batch'], tradeId]);
        taken.ack(delivery.tag);
      });
      const idOf = (batch: number): string => String(9_007_199_254_740_993n + BigInt(batch));
      for (const batch of COUNTS) {
        const tick = { ...rawTick('kraken', 'BTC/USD', 1, batch), tradeId: idOf(batch) };
        const { headers, ...encoded } = encodeBatch('raw', [tick]);
        const message = { amqpExchange: 'market.raw', routingKey: 'raw.0.kraken', ...encoded } as const;
        const sent = { ...message, headers: { ...headers, source: 'run', batch }, messageId: String(batch) };
        expect(await bus.publish(sent)).toBe('confirmed');
      }
      await eventually(() => arrived.length === COUNTS.length, 'every message');
      expect(arrived).toEqual(COUNTS.map((batch) => [batch, idOf(batch)]));
    } finally {
      await bus.close();
    }
  });
}
