import { AMQP_EXCHANGES, type QueueBinding, type QueueSpec } from './topology';

/** Default upper bound of a core queue's ready bodies, bytes. */
export const DEFAULT_QUEUE_MAX_BYTES = 268_435_456;

const { raw, ticks, ohlcv, signals, events, parking } = AMQP_EXCHANGES;

function core(
  name: string,
  maxBytes: number,
  bindings: QueueBinding[],
  singleActiveConsumer = false,
): QueueSpec {
  return { name, kind: 'core', singleActiveConsumer, maxBytes, bindings };
}

function optional(
  name: string,
  maxBytes: number,
  bindings: QueueBinding[],
  singleActiveConsumer = false,
): QueueSpec {
  return { name, kind: 'optional', singleActiveConsumer, maxBytes, bindings };
}

/** The processor's input of one partition: one active consumer, every venue. */
export function rawQueue(partition: number, maxBytes: number): QueueSpec {
  return core(
    `processor.raw.${partition}`,
    maxBytes,
    [{ amqpExchange: raw, pattern: `raw.${partition}.*` }],
    true,
  );
}

/** The core queues of market.raw: one a partition. */
export function rawQueues(partitions: number, maxBytes: number): QueueSpec[] {
  return Array.from({ length: partitions }, (_, partition) => rawQueue(partition, maxBytes));
}

/** The store's queues: ticks, closed candles, signals, what became of them, and gaps. */
export function sinkQueues(
  maxBytes: number,
): Record<'ticks' | 'ohlcv' | 'signals' | 'outcomes' | 'events', QueueSpec> {
  return {
    ticks: core('influx-sink.ticks', maxBytes, [{ amqpExchange: ticks, pattern: 'tick.#' }]),
    ohlcv: core(
      'influx-sink.ohlcv',
      maxBytes,
      [
        { amqpExchange: ohlcv, pattern: 'ohlcv.final.#' },
        { amqpExchange: ohlcv, pattern: 'ohlcv.revised.#' },
      ],
      true,
    ),
    signals: core('influx-sink.signals', maxBytes, [{ amqpExchange: signals, pattern: 'signal.#' }]),
    outcomes: core('influx-sink.outcomes', maxBytes, [{ amqpExchange: signals, pattern: 'outcome.#' }]),
    events: core('influx-sink.events', maxBytes, [{ amqpExchange: events, pattern: 'gap.#' }]),
  };
}

/** Where messages that nobody could use wait with a reason. */
export function parkedQueue(maxBytes: number): QueueSpec {
  return core('market.parked', maxBytes, [{ amqpExchange: parking, pattern: '#' }]);
}

/** Every core queue: publishers declare them too, so that nothing is published before its queue exists. */
export function coreQueues(partitions: number, maxBytes: number): QueueSpec[] {
  return [...rawQueues(partitions, maxBytes), ...Object.values(sinkQueues(maxBytes)), parkedQueue(maxBytes)];
}

/** The ML engine's queue of final candles: one active consumer, so that each candle is judged once. */
export function mlEngineQueue(maxBytes: number): QueueSpec {
  return optional('ml-engine.ohlcv', maxBytes, [{ amqpExchange: ohlcv, pattern: 'ohlcv.final.#' }], true);
}

/** The signals service's queue: signals, and the final candles that they are judged by; one active consumer. */
export function signalsQueue(maxBytes: number): QueueSpec {
  return optional(
    'signals',
    maxBytes,
    [
      { amqpExchange: signals, pattern: 'signal.#' },
      { amqpExchange: ohlcv, pattern: 'ohlcv.final.#' },
    ],
    true,
  );
}

/** The recorder's queue of every tick. */
export function recorderQueue(maxBytes: number): QueueSpec {
  return optional('backtester.recorder', maxBytes, [{ amqpExchange: ticks, pattern: 'tick.#' }]);
}

/** Where one replica of the processor hears of the others: gone with it. */
export function processorReplicaQueue(replica: string): QueueSpec {
  return {
    name: `processor.replica.${replica}`,
    kind: 'exclusive',
    singleActiveConsumer: false,
    maxBytes: 1_048_576,
    bindings: [{ amqpExchange: events, pattern: 'status.processor' }],
  };
}

/** A dashboard's own queue for live data: gone with it, drops its oldest when it is slow. */
export function dashboardQueue(instance: string, maxBytes: number): QueueSpec {
  return {
    name: `dashboard.${instance}`,
    kind: 'exclusive',
    singleActiveConsumer: false,
    maxBytes,
    bindings: [
      { amqpExchange: ticks, pattern: 'tick.#' },
      { amqpExchange: ohlcv, pattern: 'ohlcv.#' },
      { amqpExchange: signals, pattern: '#' },
      { amqpExchange: events, pattern: '#' },
    ],
  };
}
