import type { Gap, MlSignal, ProcessedTick } from '@neuraltrade/contracts';
import type { Influx } from '@neuraltrade/infra';
import { type FluxParameter, fluxQuery } from '../influx/flux-query';
import { createInfluxStore, type InfluxStore } from '../influx/influx-store';
import type { InfluxStoreOptions } from '../influx/options';
import { NO_ID } from '../influx/points';
import type { StoreUnderTest } from './store-contract';

/** A column of an answer by its name; '' where there is none. */
type Row = Readonly<Record<string, string>>;

let buckets = 0;

/** A bucket of its own on a real InfluxDB, with requests past the store under test. */
export class InfluxBucket {
  readonly #influx: Influx;
  /** Its name. */
  readonly name = `test-${(buckets += 1)}`;

  /** @param influx running. */
  constructor(influx: Influx) {
    this.#influx = influx;
  }

  /** Makes the bucket. @param retentionSeconds 0 = for ever. */
  async create(retentionSeconds = 0): Promise<this> {
    const orgs = await this.#ask(`/api/v2/orgs?org=${this.#influx.org}`);
    const { orgs: found } = JSON.parse(orgs) as { readonly orgs: readonly { readonly id: string }[] };
    const retentionRules = retentionSeconds === 0 ? [] : [{ type: 'expire', everySeconds: retentionSeconds }];
    await this.#ask(
      '/api/v2/buckets',
      JSON.stringify({ orgID: found[0]?.id, name: this.name, retentionRules }),
    );
    return this;
  }

  /** Opens a store on it. */
  open(changes: Partial<InfluxStoreOptions> = {}): InfluxStore {
    const { url, token, org } = this.#influx;
    return createInfluxStore({ url, token, org, bucket: this.name, ...changes });
  }

  /** Writes lines past the store. */
  async write(lines: string): Promise<void> {
    const { org } = this.#influx;
    await this.#ask(`/api/v2/write?org=${org}&bucket=${this.name}&precision=ns`, lines, 'text/plain');
  }

  /** Runs Flux behind from(bucket) and range over all times, one row a point with its fields as columns. */
  async points(measurement: string): Promise<Row[]> {
    const flux = `from(bucket: "${this.name}") |> range(start: 0, stop: 2262-01-01T00:00:00Z)
      |> filter(fn: (r) => r._measurement == "${measurement}")
      |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
      |> map(fn: (r) => ({r with ns: string(v: int(v: r._time))})) |> drop(columns: ["_start", "_stop", "_time"])`;
    const csv = await this.#ask(`/api/v2/query?org=${this.#influx.org}`, flux, 'application/vnd.flux');
    return rowsOf(csv);
  }

  /** A new token that may read this bucket only. */
  async readToken(): Promise<string> {
    const { id, orgID } = await this.#found();
    const permissions = [{ action: 'read', resource: { type: 'buckets', id, orgID } }];
    const made = await this.#ask('/api/v2/authorizations', JSON.stringify({ orgID, permissions }));
    return (JSON.parse(made) as { readonly token: string }).token;
  }

  /** Runs a query file of the store on this bucket. */
  async run(file: string, parameters: Readonly<Record<string, FluxParameter>>): Promise<Row[]> {
    const flux = fluxQuery(file, { bucket: this.name, ...parameters });
    return rowsOf(await this.#ask(`/api/v2/query?org=${this.#influx.org}`, flux, 'application/vnd.flux'));
  }

  async #found(): Promise<{ readonly id: string; readonly orgID: string }> {
    const answer = await this.#ask(`/api/v2/buckets?name=${this.name}`);
    const { buckets: found } = JSON.parse(answer) as {
      readonly buckets: readonly { readonly id: string; readonly orgID: string }[];
    };
    if (found[0] === undefined) throw new Error(`There is no bucket ${this.name}.`);
    return found[0];
  }

  async #ask(path: string, body?: string, type = 'application/json'): Promise<string> {
    const answer = await fetch(`${this.#influx.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Token ${this.#influx.token}`, 'content-type': type },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text;
  }
}

/** An empty bucket as a subject of the store contract. */
export async function influxSubject(influx: Influx): Promise<StoreUnderTest> {
  const bucket = await new InfluxBucket(influx).create();
  let store = bucket.open();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = bucket.open();
      return store;
    },
    asKept: ({ inexact: _inexact, priceText: _priceText, volumeText: _volumeText, ...tick }) => tick,
    storedTicks: async () => (await bucket.points('market_ticks')).map(tickOf),
    storedGaps: async () => (await bucket.points('market_gaps')).map(gapOf),
    storedSignals: async () => (await bucket.points('ml_signals')).map(signalOf),
    dispose: () => store.close(),
  };
}

/** The rows of annotation-free Flux CSV whose values hold neither quotes around commas nor line breaks. */
function rowsOf(csv: string): Row[] {
  return csv
    .split('\r\n\r\n')
    .filter((table) => table.trim() !== '')
    .flatMap((table) => {
      const [header = [], ...rows] = table.trim().split('\r\n').map(cellsOf);
      return rows.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ''])));
    });
}

function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

function tickOf(row: Row): ProcessedTick {
  const quotedAt = Number(row['quoted_at']);
  return {
    ...placeOf(row),
    bid: Number(row['bid']),
    ask: Number(row['ask']),
    last: Number(row['last']),
    volume: Number(row['volume']),
    timestamp: msOf(row),
    tradeId: row['trade_id'] ?? '',
    takerSide: row['taker_side'] as ProcessedTick['takerSide'],
    receivedAt: Number(row['received_at']),
    quoted: row['quoted'] === 'true',
    quotedAt: quotedAt === 0 ? null : quotedAt,
    backfilled: row['backfilled'] === 'true',
    mid: Number(row['mid']),
    spread: Number(row['spread']),
    spreadBps: Number(row['spread_bps']),
  };
}

function gapOf(row: Row): Gap {
  const missing = Number(row['missing']);
  return {
    ...placeOf(row),
    gapId: row['gap_id'] ?? '',
    afterTradeId: idOf(row['from_id']),
    beforeTradeId: idOf(row['to_id']),
    fromTimestamp: Number(row['from']),
    toTimestamp: Number(row['to']) || null,
    missing: missing === -1 ? null : missing,
    cause: row['cause'] as Gap['cause'],
    status: row['status'] as Gap['status'],
  };
}

function idOf(text = ''): string | null {
  return text === NO_ID ? null : text;
}

function signalOf(row: Row): MlSignal {
  return {
    ...placeOf(row),
    timeframe: row['timeframe'] ?? '',
    signalType: row['signal'] as MlSignal['signalType'],
    riskLevel: row['risk_level'] as MlSignal['riskLevel'],
    confidence: Number(row['confidence']),
    probBuy: Number(row['prob_buy']),
    probHold: Number(row['prob_hold']),
    probSell: Number(row['prob_sell']),
    riskScore: Number(row['risk_score']),
    inferenceTimeMs: Number(row['inference_time_ms']),
    modelVersion: row['model_version'] ?? '',
    timestamp: msOf(row),
  };
}

function placeOf(row: Row): { exchange: string; symbol: string } {
  return { exchange: row['exchange'] ?? '', symbol: (row['symbol'] ?? '').replace('_', '/') };
}

function msOf(row: Row): number {
  return Number(BigInt(row['ns'] ?? '0') / 1_000_000n);
}
