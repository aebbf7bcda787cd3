import {
  coreQueues,
  dashboardQueue,
  mlEngineQueue,
  rawQueue,
  recorderQueue,
  signalsQueue,
  sinkQueues,
} from './queues';
import { AMQP_EXCHANGES, logNames, routingKeys } from './topology';

/** Whether a topic pattern takes a routing key: `*` one word, `#` any number of words. */
function takes(pattern: string, key: string): boolean {
  const match = ([word, ...rest]: string[], keys: string[]): boolean => {
    if (word === undefined) return keys.length === 0;
    if (word === '#') return match(rest, keys) || (keys.length > 0 && match([word, ...rest], keys.slice(1)));
    return keys.length > 0 && (word === '*' || word === keys[0]) && match(rest, keys.slice(1));
  };
  return match(pattern.split('.'), key.split('.'));
}

const { raw, ticks, ohlcv, signals, events } = AMQP_EXCHANGES;

describe('routing keys', () => {
  it.each([
    [routingKeys.raw(3, 'binance'), 'raw.3.binance'],
    [routingKeys.tick('kraken', 'BTC/USD'), 'tick.kraken.BTC-USD'],
    [routingKeys.candle('final', '15m', 'bybit', '1INCH/USDT'), 'ohlcv.final.15m.bybit.1INCH-USDT'],
    [routingKeys.candle('revised', '1h', 'coinbase', 'ETH/USD'), 'ohlcv.revised.1h.coinbase.ETH-USD'],
    [routingKeys.partialCandles('binance'), 'ohlcv.partial.binance'],
    [routingKeys.signal('binance', 'BTC/USDT'), 'signal.binance.BTC-USDT'],
    [routingKeys.outcome('binance', 'BTC/USDT'), 'outcome.binance.BTC-USDT'],
    [routingKeys.gap('binance', 'BTC/USDT'), 'gap.binance.BTC-USDT'],
    [routingKeys.status('adapter-binance'), 'status.adapter-binance'],
    [logNames.checkpoint(7), 'processor.checkpoint.7'],
    [logNames.adapterState('kraken'), 'adapter.state.kraken'],
    [logNames.adapterState('kraken', 'b'), 'adapter.state.kraken.b'],
  ])('%s', (key, expected) => {
    expect(key).toBe(expected);
  });

  const published = [
    { amqpExchange: raw, key: routingKeys.raw(3, 'binance'), queue: 'processor.raw.3' },
    { amqpExchange: ticks, key: routingKeys.tick('bybit', 'BTC/USDT'), queue: 'influx-sink.ticks' },
    {
      amqpExchange: ohlcv,
      key: routingKeys.candle('final', '1m', 'bybit', 'BTC/USDT'),
      queue: 'influx-sink.ohlcv',
    },
    {
      amqpExchange: ohlcv,
      key: routingKeys.candle('revised', '1m', 'bybit', 'BTC/USDT'),
      queue: 'influx-sink.ohlcv',
    },
    { amqpExchange: signals, key: routingKeys.signal('bybit', 'BTC/USDT'), queue: 'influx-sink.signals' },
    { amqpExchange: signals, key: routingKeys.outcome('bybit', 'BTC/USDT'), queue: 'influx-sink.outcomes' },
    { amqpExchange: events, key: routingKeys.gap('bybit', 'BTC/USDT'), queue: 'influx-sink.events' },
    { amqpExchange: AMQP_EXCHANGES.parking, key: 'delivery-limit', queue: 'market.parked' },
  ];

  it.each(published)('$key reaches $queue and no other core queue', ({ amqpExchange, key, queue }) => {
    const reached = coreQueues(8, 1_000).filter(({ bindings }) =>
      bindings.some((binding) => binding.amqpExchange === amqpExchange && takes(binding.pattern, key)),
    );
    expect(reached.map(({ name }) => name)).toEqual([queue]);
  });

  it.each([
    [ohlcv, routingKeys.partialCandles('binance')],
    [events, routingKeys.status('processor')],
  ])('on %s, %s reaches the dashboard but no core queue: it is best effort', (amqpExchange, key) => {
    const reaches = ({ bindings }: ReturnType<typeof dashboardQueue>) =>
      bindings.some((binding) => binding.amqpExchange === amqpExchange && takes(binding.pattern, key));
    expect(coreQueues(8, 1_000).filter(reaches)).toEqual([]);
    expect(reaches(dashboardQueue('a', 1_000))).toBe(true);
  });
});

describe('queues', () => {
  it("each partition's queue takes that partition of every venue, with one active consumer", () => {
    const queue = rawQueue(1, 5_000);
    expect(queue).toMatchObject({ kind: 'core', singleActiveConsumer: true, maxBytes: 5_000 });
    const patterns = queue.bindings.map(({ pattern }) => pattern);
    expect(patterns.some((pattern) => takes(pattern, routingKeys.raw(1, 'kraken')))).toBe(true);
    expect(patterns.some((pattern) => takes(pattern, routingKeys.raw(11, 'kraken')))).toBe(false);
  });

  it('candles have one active consumer, so that a late one cannot overtake', () => {
    expect(sinkQueues(1_000).ohlcv.singleActiveConsumer).toBe(true);
    expect(sinkQueues(1_000).ticks.singleActiveConsumer).toBe(false);
  });

  it('core queues are one a partition, five of the sink, one for what is parked, with names of their own', () => {
    const names = coreQueues(8, 1_000).map(({ name }) => name);
    expect(names).toHaveLength(8 + 5 + 1);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    [mlEngineQueue(1_000), [[ohlcv, routingKeys.candle('final', '1m', 'bybit', 'BTC/USDT')]]],
    [
      signalsQueue(1_000),
      [
        [signals, routingKeys.signal('bybit', 'BTC/USDT')],
        [ohlcv, routingKeys.candle('final', '1m', 'bybit', 'BTC/USDT')],
      ],
    ],
    [recorderQueue(1_000), [[ticks, routingKeys.tick('bybit', 'BTC/USDT')]]],
  ] as const)('$name is optional and takes what its service works on', ({ kind, bindings }, wanted) => {
    expect(kind).toBe('optional');
    for (const [amqpExchange, key] of wanted)
      expect(
        bindings.some((binding) => binding.amqpExchange === amqpExchange && takes(binding.pattern, key)),
      ).toBe(true);
    const partial = routingKeys.partialCandles('bybit');
    expect(bindings.some(({ pattern }) => takes(pattern, partial))).toBe(false);
  });
});
