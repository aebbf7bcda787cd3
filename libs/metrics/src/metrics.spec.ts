import { collectProcessMetrics, createMetrics } from './metrics';

/** Labels whose values come from closed sets. A symbol, an id, a routing key or a message must never be added here. */
const CLOSED_LABELS = [
  ...['buffer', 'cause', 'decision', 'exchange', 'kind', 'outcome'],
  ...['peer', 'reason', 'result', 'role', 'stage', 'status', 'type'],
];

describe('the metrics', () => {
  const metrics = createMetrics();
  const definitions = metrics.registry.getMetricsAsArray() as unknown as {
    name: string;
    help: string;
    type: string;
    labelNames: string[];
  }[];

  test('are named neuraltrade_<noun>, counters end in _total, and each has a help text', () => {
    for (const { name, help, type } of definitions) {
      expect(name).toMatch(/^neuraltrade_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).not.toBe('');
    }
  });

  test('have labels from closed sets only, so that the number of series is bounded', () => {
    for (const { labelNames } of definitions) {
      expect(CLOSED_LABELS).toEqual(expect.arrayContaining(labelNames));
    }
  });

  test('the names that dashboards and alarms rely on exist', () => {
    const names = definitions.map(({ name }) => name.replace('neuraltrade_', ''));
    expect(names).toEqual(
      expect.arrayContaining([
        'messages_published_total',
        'messages_nacked_total',
        'messages_failed_total',
        'batch_size',
        'connection_status',
        'ticks_received_total',
        'ticks_dropped_total',
        'late_ticks_total',
        'gaps_total',
        'buffer_depth',
        'parked_total',
        'exchange_to_receive_seconds',
        'receive_to_stored_seconds',
        'watermark_lag_seconds',
        'outage_tolerance_seconds',
        'records_received_total',
        'records_confirmed_total',
        'records_rejected_total',
        'records_in_flight',
      ]),
    );
  });

  test('two registries of one process do not disturb each other', async () => {
    const other = createMetrics();
    other.parked.inc({ reason: 'malformed' }, 7);
    expect(await other.registry.metrics()).toContain('neuraltrade_parked_total{reason="malformed"} 7');
    expect(await metrics.registry.metrics()).not.toContain('malformed');
  });

  test('an unknown label is refused at once instead of opening a series', () => {
    expect(() => metrics.parked.inc({ symbol: 'BTC/USDT' } as never)).toThrow(/symbol/);
  });

  test("a process adds Node's own: event-loop delay, heap, garbage collection", async () => {
    const own = createMetrics();
    collectProcessMetrics(own);
    const page = await own.registry.metrics();
    expect(page).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(page).toContain('nodejs_heap_size_used_bytes');
    expect(page).toContain('nodejs_gc_duration_seconds');
  });

  test('a ledger shows what a stage took in, handed on, refused and holds at the moment of the scrape', async () => {
    const { ledger, registry } = createMetrics();
    const ofSink = ledger('sink-ticks');
    const held = [1, 2, 3];
    ofSink.holds(() => held.length);
    const release = ofSink.holds(() => 40);
    ofSink.received(10);
    ofSink.confirmed(6);
    ofSink.rejected('malformed', 1);
    ofSink.rejected('repeated', 0);
    release();
    const page = await registry.metrics();
    expect(page).toContain('neuraltrade_records_received_total{stage="sink-ticks"} 10');
    expect(page).toContain('neuraltrade_records_confirmed_total{stage="sink-ticks"} 6');
    expect(page).toContain('neuraltrade_records_rejected_total{stage="sink-ticks",reason="malformed"} 1');
    expect(page).not.toContain('repeated"');
    expect(page).toContain('neuraltrade_records_in_flight{stage="sink-ticks"} 3');
    held.pop();
    expect(await registry.metrics()).toContain('neuraltrade_records_in_flight{stage="sink-ticks"} 2');
  });
});
