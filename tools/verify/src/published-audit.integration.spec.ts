import { AMQP_EXCHANGES, type Candle, encodeBatch, type Gap, routingKeys } from '@neuraltrade/contracts';
import { eventually, sharedRabbitMq, whyNoRabbitMq } from '@neuraltrade/infra';
import { createRabbitMqBus, type MessageBus } from '@neuraltrade/messaging';
import { PublishedAudit } from './published-audit';

const shared = sharedRabbitMq(process.env);
const CANDLE: Candle = {
  ...{ exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m', timestamp: 1_700_000_040_000 },
  ...{ open: 1, high: 3, low: 1, close: 2, volume: 5, trades: 2, vwap: 1.5 },
  ...{ state: 'revised', revision: 1, epoch: 7, complete: true },
};
const GAP: Gap = {
  ...{
    gapId: 'kraken:BTC/USD:1',
    exchange: 'kraken',
    symbol: 'BTC/USD',
    afterTradeId: '1',
    beforeTradeId: null,
  },
  ...{ fromTimestamp: 1, toTimestamp: null, missing: null, cause: 'disconnect', status: 'open' },
};

if (shared === null) test.skip(`the audit (${whyNoRabbitMq(process.env)})`, () => undefined);
else {
  describe('the audit of what is published', () => {
    let bus: MessageBus;
    let audit: PublishedAudit;

    beforeAll(async () => {
      const urls = [await shared.takeVirtualHost()];
      audit = await PublishedAudit.start(urls);
      bus = createRabbitMqBus({
        ...{ urls, heartbeatS: 5, connectTimeoutMs: 10_000, reconnectBaseMs: 100, reconnectMaxMs: 500 },
        log: { info: () => undefined, warn: () => undefined },
      });
    });

    afterAll(async () => {
      await audit.stop(5_000);
      await bus.close();
    });

    async function publish(candle: Candle): Promise<void> {
      const { exchange, symbol, timeframe } = candle;
      const outcome = await bus.publish({
        amqpExchange: AMQP_EXCHANGES.ohlcv,
        routingKey: routingKeys.candle('revised', timeframe, exchange, symbol),
        messageId: 'm',
        ...encodeBatch('candles', [candle]),
      });
      expect(outcome).toBe('confirmed');
    }

    it('takes a repeat for one, and tells two contents of one epoch and revision', async () => {
      await publish(CANDLE);
      await publish(CANDLE);
      await publish({ ...CANDLE, epoch: 8, close: 3 });
      await eventually(() => audit.revisions.counts.published === 2, 'two revisions');
      expect(audit.revisions.counts.conflicting).toBe(0);
      await publish({ ...CANDLE, close: 3 });
      await eventually(() => audit.revisions.counts.conflicting === 1, 'the conflict');
      expect(audit.revisions.sentences[0]).toContain('was published twice as epoch 7, revision 1');
    });

    it('knows which gaps are open', async () => {
      for (const [status, open] of [
        ['open', 1],
        ['filled', 0],
      ] as const) {
        await bus.publish({
          amqpExchange: AMQP_EXCHANGES.events,
          routingKey: routingKeys.gap('kraken', 'BTC/USD'),
          messageId: status,
          ...encodeBatch('gaps', [{ ...GAP, status }]),
        });
        await eventually(() => audit.openGaps === open, `${open} open gaps`);
      }
    });
  });
}
