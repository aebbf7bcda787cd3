import {
  AMQP_EXCHANGES,
  type Candle,
  coreQueues,
  encodeBatch,
  rawQueue,
  routingKeys,
} from '@neuraltrade/contracts';
import { QueueDepths, sendStatus } from '@neuraltrade/messaging';
import type { Check } from '@neuraltrade/service';
import { Balance } from './balance';
import { Partition, type PartitionDeps } from './partition';
import { holdPartitionCount } from './partition-count';
import { RefusalLog } from './refusal-log';
import { ProcessorFigures } from './figures';

const STATUS_INTERVAL_MS = 1_000;
const MEND_INTERVAL_MS = 1_000;

/** What a processor needs from outside. */
export interface ProcessorDeps extends Omit<PartitionDeps, 'refusals'> {
  /** This replica's unique id, when others may share the partitions with it; absent = it is the only one. */
  readonly replica?: string;
}

/** What a finished session came to. */
export interface SessionResult {
  /** Final candles, by venue. */
  readonly candles: ReadonlyMap<string, number>;
  /** Records parked, by reason. */
  readonly refused: ReadonlyMap<string, number>;
}

/** A running processor. */
export interface Processor {
  /** Whether every partition is consumed. */
  readonly checks: readonly Check[];
  /**
   * Resolves when the raw queues are empty and all of it is processed, published and acked, or when `giveUp` says so. Only on a
   * bus inside this process: RabbitMQ does not tell of deliveries that are under way, so that it would resolve too soon. A
   * processor on RabbitMQ needs neither: its inputs wait in the queue for the next owner.
   */
  drain(giveUp?: AbortSignal): Promise<void>;
  /** As drain (inside this process only), and every candle is closed: the end of a replayed session. Returns what it came to. */
  finish(): Promise<SessionResult>;
  /**
   * Hands every partition over after a last checkpoint; one that is not made within `timeoutMs` (queues are full, the broker
   * is away) is left to the next owner, who has the inputs again. Default: as long as it takes.
   */
  stop(timeoutMs?: number): Promise<void>;
}

/**
 * Starts the processor on every partition: raw records in; ticks, candles and gaps out.
 * @throws ConfigError when the bus was begun with another number of partitions; when the core queues cannot be declared.
 */
export async function createProcessor(given: ProcessorDeps): Promise<Processor> {
  const { bus, config, metrics } = given;
  const refusals = new RefusalLog(given.log, given.now);
  const deps: PartitionDeps = { ...given, refusals };
  await bus.declare(coreQueues(config.PARTITIONS, config.QUEUE_MAX_BYTES));
  await holdPartitionCount(bus, config.PARTITIONS);
  const partitions = Array.from({ length: config.PARTITIONS }, (_, number) => new Partition(number, deps));
  await Promise.all(partitions.map((partition) => partition.start()));
  const queues = new QueueDepths(bus, () =>
    partitions
      .filter(({ working }) => working)
      .map(({ number }) => rawQueue(number, config.QUEUE_MAX_BYTES).name),
  );
  const figures = new ProcessorFigures(metrics, partitions, queues);
  const { replica } = given;
  const balance =
    replica === undefined ? null : new Balance({ bus, partitions, replica, log: deps.log, now: deps.now });
  await balance?.start();

  const publishPartials = (): void => {
    const byVenue = new Map<string, Candle[]>();
    for (const candle of partitions.flatMap((partition) => partition.partials())) {
      const candles = byVenue.get(candle.exchange);
      if (candles === undefined) byVenue.set(candle.exchange, [candle]);
      else candles.push(candle);
    }
    for (const [exchange, candles] of byVenue) sendPartials(deps, exchange, candles);
  };
  let problem = '';
  const tellOfIt = (): void => {
    const status = figures.status(deps.now());
    if ((status.detail === '') !== (problem === '')) {
      if (status.detail === '') deps.log.info('The processor works again.');
      else deps.log.warn(status.detail);
    }
    problem = status.detail;
    sendStatus(bus, status, replica);
  };
  const timers = [
    setInterval(() => partitions.forEach((partition) => partition.flush()), config.FLUSH_INTERVAL_MS),
    setInterval(
      () => partitions.forEach((partition) => void partition.checkpoint()),
      config.CHECKPOINT_INTERVAL_MS,
    ),
    setInterval(() => partitions.forEach((partition) => void partition.mend()), MEND_INTERVAL_MS),
    setInterval(publishPartials, config.PARTIAL_INTERVAL_MS),
    setInterval(tellOfIt, STATUS_INTERVAL_MS),
  ];

  return {
    checks: [{ name: 'processor', probe: () => firstProblem(partitions) }],
    drain: (giveUp) => all(partitions, (partition) => partition.drain(giveUp)),
    finish: async () => {
      const counts = new Map<string, number>();
      for (const ofPartition of await Promise.all(partitions.map((partition) => partition.finish()))) {
        for (const [exchange, count] of ofPartition)
          counts.set(exchange, (counts.get(exchange) ?? 0) + count);
      }
      return { candles: counts, refused: refusals.totals };
    },
    stop: async (timeoutMs) => {
      timers.forEach(clearInterval);
      queues.stop();
      await balance?.stop();
      await all(partitions, (partition) => partition.stop(timeoutMs));
      figures.status(deps.now());
    },
  };
}

function sendPartials({ bus }: PartitionDeps, exchange: string, candles: readonly Candle[]): void {
  const newest = candles[candles.length - 1] as Candle;
  bus.send({
    amqpExchange: AMQP_EXCHANGES.ohlcv,
    routingKey: routingKeys.partialCandles(exchange),
    messageId: `${exchange}:partial:${newest.epoch}:${newest.timestamp}`,
    ...encodeBatch('candles', candles),
  });
}

function firstProblem(partitions: readonly Partition[]): { ok: boolean; reason: string } {
  const reason = partitions.map((partition) => partition.problem).find((problem) => problem !== '') ?? '';
  return { ok: reason === '', reason };
}

async function all(
  partitions: readonly Partition[],
  run: (partition: Partition) => Promise<void>,
): Promise<void> {
  await Promise.all(partitions.map(run));
}
