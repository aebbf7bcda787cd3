import { InfluxDB } from '@influxdata/influxdb-client';
import {
  AMQP_EXCHANGES,
  encodeBatch,
  parkedQueue,
  type ProcessedTick,
  routingKeys,
  sinkQueues,
} from '@neuraltrade/contracts';
import { eventually, type Influx, type RabbitMq, usageOf } from '@neuraltrade/infra';
import { createRabbitMqBus, type MessageBus, type OutgoingMessage } from '@neuraltrade/messaging';
import { clientPoint, SERIES, START, tick } from './bench-ticks';
import { buildService, type ServiceProcess, startService } from './service-process';

/** How large the backlog is. */
export interface SinkSizes {
  /** Ticks in all. */
  readonly ticks: number;
  /** Ticks of a message; each message holds one symbol of one venue. */
  readonly message: number;
}

/** Room for a backlog of any size that is measured, bytes a queue. */
const QUEUE_MAX_BYTES = 4_000_000_000;
/** Messages that wait for the broker's confirm at once. */
const UNCONFIRMED = 200;
/** The peer's rate does not change with the size. */
const MOST_PEER_TICKS = 200_000;
/** Lines of a request that the official client makes by default. */
const CLIENT_BATCH = 1_000;
/** Lines that the client is given ahead of the answers: it holds nobody back, and flooded it runs into timeouts and drops lines. */
const CLIENT_AHEAD = 10 * CLIENT_BATCH;
/** Ends a run that hangs, ms. */
const LONGEST_MS = 1_800_000;

/** Queues a backlog, lets the influx-sink process store it, and tells how fast it was beside the official client. */
export async function benchSink(
  broker: RabbitMq,
  influx: Influx,
  sizes: SinkSizes,
  tell: (figure: object) => void,
): Promise<void> {
  const urls = broker.urls.join(',');
  await buildService('influx-sink');
  await queueBacklog(broker.urls, sizes);
  const begun = performance.now();
  const sink = startService('influx-sink', {
    AMQP_URLS: urls,
    QUEUE_MAX_BYTES: String(QUEUE_MAX_BYTES),
    HTTP_PORT: '0',
    ...{ INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token },
    ...{ INFLUX_ORG: influx.org, INFLUX_BUCKET: influx.bucket },
  });
  try {
    await eventually(
      async () => (await ticksTaken(sink)) >= sizes.ticks,
      'the backlog to be stored',
      LONGEST_MS,
    );
    const spent = (performance.now() - begun) / 1_000;
    const memory = (await usageOf(sink.pid))?.peakMemoryMb ?? null;
    const stored = await storedTicks(influx, sizes.ticks);
    if (stored !== sizes.ticks) throw new Error(`InfluxDB holds ${stored} of ${sizes.ticks} ticks.`);
    const peer = await clientRate(influx, Math.min(sizes.ticks, MOST_PEER_TICKS));
    const value = Math.round(sizes.ticks / spent);
    tell({
      figure: 'sink-backlog',
      unit: 'points/s',
      value,
      peer: 'influxdb-client WriteApi, default batching',
      peerValue: peer,
      ratio: peer === null ? null : Math.round((value / peer) * 100) / 100,
      ...sizes,
      seconds: Math.round(spent * 10) / 10,
      peakRssMb: memory === null ? null : Math.round(memory),
    });
  } finally {
    await sink.stop();
  }
}

/** Ticks that the sink has stored; 0 until it serves its metrics. */
async function ticksTaken(sink: ServiceProcess): Promise<number> {
  const url = sink.url();
  if (url === null) return 0;
  const page = await (await fetch(`${url}/metrics`)).text();
  return Number(/^neuraltrade_batch_size_sum\{kind="ticks"\} (\d+)$/m.exec(page)?.[1] ?? 0);
}

/** As the processor publishes them: each message one symbol of one venue, ids ascending. */
async function queueBacklog(urls: readonly string[], { ticks, message }: SinkSizes): Promise<void> {
  const bus = createRabbitMqBus({
    urls,
    heartbeatS: 30,
    connectTimeoutMs: 10_000,
    reconnectBaseMs: 100,
    reconnectMaxMs: 1_000,
    confirmTimeoutMs: 60_000,
    log: { info: () => undefined, warn: () => undefined },
  });
  try {
    await bus.declare([...Object.values(sinkQueues(QUEUE_MAX_BYTES)), parkedQueue(QUEUE_MAX_BYTES)]);
    const span = message * SERIES;
    let waiting: Promise<void>[] = [];
    for (let block = 0; block < ticks; block += span) {
      for (let series = 0; series < SERIES; series += 1) {
        const batch: ProcessedTick[] = [];
        const end = Math.min(ticks, block + span);
        for (let index = block + series; index < end; index += SERIES) batch.push(tick(index));
        if (batch.length > 0) waiting.push(confirmed(bus, outgoing(batch)));
        if (waiting.length < UNCONFIRMED) continue;
        await Promise.all(waiting);
        waiting = [];
      }
    }
    await Promise.all(waiting);
  } finally {
    await bus.close();
  }
}

function outgoing(batch: readonly ProcessedTick[]): OutgoingMessage {
  const [first, last] = [batch[0] as ProcessedTick, batch.at(-1) as ProcessedTick];
  const { body, contentType, headers } = encodeBatch('ticks', batch);
  return {
    amqpExchange: AMQP_EXCHANGES.ticks,
    routingKey: routingKeys.tick(first.exchange, first.symbol),
    messageId: `${first.exchange}:${first.symbol}:${first.tradeId}-${last.tradeId}:${batch.length}`,
    ...{ body, contentType, headers: { ...headers, epoch: 1 } },
  };
}

async function confirmed(bus: MessageBus, message: OutgoingMessage): Promise<void> {
  for (;;) {
    const outcome = await bus.publish(message);
    if (outcome === 'confirmed') return;
    if (outcome === 'returned') throw new Error(`No queue takes ${message.routingKey}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Counted by the database itself. */
async function storedTicks({ url, token, org, bucket }: Influx, ticks: number): Promise<number> {
  const stop = new Date(START + ticks + 1).toISOString();
  const flux = `from(bucket: "${bucket}") |> range(start: ${new Date(START).toISOString()}, stop: ${stop})
    |> filter(fn: (r) => r._measurement == "market_ticks" and r._field == "trade_id") |> count()`;
  const rows = await new InfluxDB({ url, token, timeout: 120_000 })
    .getQueryApi(org)
    .collectRows<{ _value: number }>(flux);
  return rows.reduce((sum, { _value }) => sum + _value, 0);
}

/**
 * The same ticks as ready lines through the client's own writer, which makes and sends its batches as it does by default.
 * @returns null when it could not write them all at the first try.
 */
async function clientRate({ url, token, org, bucket }: Influx, ticks: number): Promise<number | null> {
  const lines = Array.from({ length: ticks }, (_, index) =>
    String(clientPoint(tick(index)).toLineProtocol()),
  );
  let accepted = 0;
  let failed: Error | undefined;
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
  const api = new InfluxDB({ url, token }).getWriteApi(org, bucket, 'ns', {
    writeSuccess: (written) => void (accepted += written.length),
    writeFailed: (error) => void (failed ??= error),
  });
  const begun = performance.now();
  for (let first = 0; first < ticks; first += CLIENT_BATCH) {
    api.writeRecords(lines.slice(first, first + CLIENT_BATCH));
    while (first + CLIENT_BATCH - accepted > CLIENT_AHEAD && failed === undefined) await turn();
  }
  await api.flush();
  await eventually(
    () => accepted >= ticks || failed !== undefined,
    () => `the client's writer; ${accepted} lines are accepted`,
    LONGEST_MS,
  );
  const spent = (performance.now() - begun) / 1_000;
  await api.close().catch(() => undefined);
  if (failed !== undefined) return null;
  return Math.round(ticks / spent);
}
