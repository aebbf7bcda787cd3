import { symbolWord } from './symbol';

/** Default number of partitions of market.raw. */
export const DEFAULT_PARTITIONS = 8;

/** The durable topic exchanges of the broker. */
export const AMQP_EXCHANGES = {
  /** Raw ticks, gaps and clocks, from adapters to the processor. */
  raw: 'market.raw',
  /** Processed ticks. */
  ticks: 'market.ticks',
  /** Candles. */
  ohlcv: 'market.ohlcv',
  /** Model signals, and what became of them. */
  signals: 'market.signals',
  /** Copies of gaps, and component status. */
  events: 'market.events',
  /** Messages set aside, routed by reason. */
  parking: 'market.dlx',
} as const;

/** One of {@link AMQP_EXCHANGES}. */
export type AmqpExchange = (typeof AMQP_EXCHANGES)[keyof typeof AMQP_EXCHANGES];

/** How a queue treats its consumer's absence. */
export type QueueKind =
  /** Never loses: a full queue refuses the publisher. Declared by publishers too. */
  | 'core'
  /** Bounded, drops its oldest, expires when nobody consumes: cannot stop the core. */
  | 'optional'
  /** Bounded, drops its oldest, on one node only, and gone with its one consumer. */
  | 'exclusive';

/** A queue with everything that both buses need to declare it. */
export interface QueueSpec {
  /** The queue's name, unique on the broker. */
  name: string;
  /** How it treats its consumer's absence. */
  kind: QueueKind;
  /** Whether one consumer at a time gets deliveries, the others waiting. */
  singleActiveConsumer: boolean;
  /** Upper bound of the ready messages' bodies, bytes. */
  maxBytes: number;
  /** The bindings: topic patterns (`*` one word, `#` any number of words) on amqp exchanges. */
  bindings: readonly QueueBinding[];
}

/** Messages of an amqp exchange whose routing key matches the pattern go to the queue. */
export interface QueueBinding {
  /** Where the messages are published. */
  amqpExchange: AmqpExchange;
  /** Words separated by dots; `*` stands for one word, `#` for zero or more. */
  pattern: string;
}

/** Routing keys of everything that is published. */
export const routingKeys = {
  /** Raw records of one partition and venue. */
  raw: (partition: number, exchange: string): string => `raw.${partition}.${exchange}`,
  /** Processed ticks of one symbol. */
  tick: (exchange: string, symbol: string): string => `tick.${exchange}.${symbolWord(symbol)}`,
  /** Final or revised candles of one symbol and timeframe. */
  candle: (state: 'final' | 'revised', timeframe: string, exchange: string, symbol: string): string =>
    `ohlcv.${state}.${timeframe}.${exchange}.${symbolWord(symbol)}`,
  /** Partial candles of one venue. */
  partialCandles: (exchange: string): string => `ohlcv.partial.${exchange}`,
  /** Signals of one symbol. */
  signal: (exchange: string, symbol: string): string => `signal.${exchange}.${symbolWord(symbol)}`,
  /** Outcomes of one symbol's signals. */
  outcome: (exchange: string, symbol: string): string => `outcome.${exchange}.${symbolWord(symbol)}`,
  /** Gaps of one symbol. */
  gap: (exchange: string, symbol: string): string => `gap.${exchange}.${symbolWord(symbol)}`,
  /** A component's status. */
  status: (component: string): string => `status.${component}`,
} as const;

/** Names of the log queues (streams), which are addressed directly. */
export const logNames = {
  /** The processor's state of one partition. */
  checkpoint: (partition: number): string => `processor.checkpoint.${partition}`,
  /** Last published ids and open gaps of one venue's adapter; `instance` tells several of one venue apart, '' is the only one. */
  adapterState: (exchange: string, instance = ''): string =>
    `adapter.state.${exchange}${instance === '' ? '' : `.${instance}`}`,
  /** The number of partitions that the broker was begun with. */
  partitions: 'processor.partitions',
  /** What the signals service follows and delivers. */
  signalsState: 'signals.state',
} as const;

/** Beginnings of all log names. */
const LOGS = [
  logNames.checkpoint(0).slice(0, -1),
  logNames.adapterState(''),
  logNames.partitions,
  logNames.signalsState,
];

/** Whether a queue of this name is one of the logs. */
export function isLog(queue: string): boolean {
  return LOGS.some((name) => queue.startsWith(name));
}
