import { collectDefaultMetrics, Counter, Gauge, Histogram } from 'prom-client';
import { RecordLedger } from './record-ledger';
import { ObservedRegistry } from './observed-registry';

const PREFIX = 'neuraltrade_';
const LATENCY_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const INFERENCE_BUCKETS_S = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1,
];
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/** The metrics of one process. Labels come from closed sets: venue names, record kinds, stages and reason codes. */
export type Metrics = ReturnType<typeof createMetrics>;

/** A registry with every metric of the pipeline; one a process, so that standalone serves all services from one page. */
export function createMetrics() {
  const registry = new ObservedRegistry();
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name: PREFIX + name, help, labelNames, registers: [registry] });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
    new Gauge({ name: PREFIX + name, help, labelNames, registers: [registry] });
  const histogram = <L extends string>(
    name: string,
    help: string,
    buckets: number[],
    ...labelNames: L[]
  ): Histogram<L> => new Histogram({ name: PREFIX + name, help, buckets, labelNames, registers: [registry] });

  const ledgers = new Map<string, RecordLedger>();
  const ledgerCounts = {
    received: counter('records_received_total', 'Records taken in by a stage', 'stage'),
    confirmed: counter('records_confirmed_total', 'Records that the next stage has', 'stage'),
    rejected: counter('records_rejected_total', 'Records not handed on, by reason', 'stage', 'reason'),
    inFlight: gauge('records_in_flight', 'Records that a stage holds now', 'stage'),
  };

  return {
    /**
     * The account of a stage's records: received = confirmed + rejected + in flight at every scrape. The same one for a stage each time.
     */
    ledger: (stage: string): RecordLedger => {
      const known = ledgers.get(stage) ?? new RecordLedger(stage, ledgerCounts, registry);
      ledgers.set(stage, known);
      return known;
    },
    /** Where everything below is registered; `metrics()` renders the Prometheus text. */
    registry,
    /** Messages that the broker confirmed. */
    messagesPublished: counter('messages_published_total', 'Messages confirmed by the broker', 'kind'),
    /** Publishes that a full queue refused; they are tried again. */
    messagesNacked: counter('messages_nacked_total', 'Publishes refused and tried again', 'stage', 'reason'),
    /** Publishes or writes whose outcome was a fault. */
    messagesFailed: counter('messages_failed_total', 'Publishes or writes that failed', 'stage', 'reason'),
    /** Records per published or written batch. */
    batchSize: histogram('batch_size', 'Records per batch', BATCH_BUCKETS, 'kind'),
    /** 0 down, 0.5 paused, 1 up. */
    connectionStatus: gauge('connection_status', '0 down, 0.5 paused, 1 up', 'peer'),
    /** Connections to the broker that were lost while in use. */
    brokerDisconnects: counter('broker_disconnects_total', 'Connections to the broker lost', 'peer'),
    /** Frames by what they said. */
    frames: counter('frames_total', 'Frames of a venue by kind of event', 'exchange', 'kind'),
    /** Live trades decoded. */
    ticksReceived: counter('ticks_received_total', 'Live trades decoded', 'exchange'),
    /** Trades given up, each inside a gap record. */
    ticksDropped: counter(
      'ticks_dropped_total',
      'Trades given up, inside a recorded gap',
      'exchange',
      'reason',
    ),
    /** Trades published without a usable quote, by the reason. */
    ticksUnquoted: counter('ticks_unquoted_total', 'Trades without a usable quote', 'exchange', 'reason'),
    /** Trades whose price or size a double cannot hold. */
    ticksInexact: counter('ticks_inexact_total', 'Trades whose decimal is no double', 'exchange'),
    /** Trades seen again: 'same', or 'conflict' when the copies differ. */
    ticksRepeated: counter('ticks_repeated_total', 'Trades seen before', 'exchange', 'outcome'),
    /** Ticks that the recorder took from the store, for want of them in its queue. */
    ticksRepaired: counter('ticks_repaired_total', 'Ticks recorded from the store', 'exchange'),
    /** Trades behind the watermark: 'revised' a candle, or 'unmerged' beyond the horizon. */
    lateTicks: counter('late_ticks_total', 'Trades behind the watermark', 'exchange', 'outcome'),
    /** Gap records by cause and status. */
    gaps: counter('gaps_total', 'Gap records', 'exchange', 'cause', 'status'),
    /** Confirmed batches of adapters that did not reach the processor's state. */
    batchesMissing: counter('raw_batches_missing_total', 'Confirmed batches that did not come', 'exchange'),
    /** Records waiting in a buffer of ours. */
    bufferDepth: gauge('buffer_depth', 'Records waiting in a buffer', 'buffer'),
    /** Messages and records set aside. */
    parked: counter('parked_total', 'Messages and records set aside', 'reason'),
    /** Venue's match time to our receipt. */
    exchangeToReceive: histogram(
      'exchange_to_receive_seconds',
      'Match to receipt',
      LATENCY_BUCKETS_S,
      'exchange',
    ),
    /** Our receipt to the store's answer. */
    receiveToStored: histogram('receive_to_stored_seconds', 'Receipt to stored', LATENCY_BUCKETS_S),
    /** How long a peer may be away before queues are full and publishers refused, at the present rate. */
    outageTolerance: gauge('outage_tolerance_seconds', 'How long a peer may be away', 'peer'),
    /** Mean size of a tick in a message of ours. */
    tickBytes: gauge('tick_bytes', 'Bytes of a tick in a message, mean', 'peer'),
    /** Arrival here less the send time that a venue tells: skew of the clocks and way, median of recent frames. */
    clockOffset: gauge('clock_offset_seconds', "How far a venue's clock is behind ours", 'exchange'),
    /** Newest receipt less the watermark, per venue the largest. */
    watermarkLag: gauge('watermark_lag_seconds', 'How far the watermark is behind', 'exchange'),
    /** Signals by what was decided about them: 'accepted', or why they are not acted on. */
    signalDecisions: counter('signal_decisions_total', 'Signals by what was decided', 'decision'),
    /** Outcomes of signals by status. */
    signalOutcomes: counter('signal_outcomes_total', 'Outcomes of signals', 'status'),
    /** Attempts to deliver a signal by what came of them. */
    webhookAttempts: counter('webhook_attempts_total', 'Attempts to deliver a signal', 'result'),
    /** Time that a model took for one row; the role is primary or shadow. */
    inferenceSeconds: histogram(
      'inference_seconds',
      'Time of a model for one candle',
      INFERENCE_BUCKETS_S,
      'role',
    ),
    /** Model signals that the broker has. */
    signals: counter('signals_total', 'Model signals published, by type', 'role', 'type'),
    /** Candles that a model gave no signal for, by the reason. */
    signalsWithheld: counter('signals_withheld_total', 'Candles a model was silent on', 'role', 'reason'),
    /** Inference processes that were lost and replaced. */
    inferenceRestarts: counter('inference_restarts_total', 'Inference processes replaced', 'role'),
    /** Symbols and timeframes whose features are kept. */
    featureSeries: gauge('feature_series', 'Symbols and timeframes with features'),
    /** Those that had to go for newer ones. */
    featureSeriesEvicted: counter('feature_series_evicted_total', 'Features let go for lack of room'),
    /** Reads of stored candles that features begin with: 'read' or 'failed'. */
    featureHistoryReads: counter('feature_history_reads_total', 'Reads of stored candles', 'outcome'),
    /** Reconnects of a venue connection. */
    reconnects: counter('reconnects_total', 'Reconnects to a venue', 'exchange', 'reason'),
  };
}

/** Adds Node's own metrics (event-loop delay, heap, handles) to a registry; once a process. */
export function collectProcessMetrics(metrics: Metrics): void {
  collectDefaultMetrics({ register: metrics.registry });
}
