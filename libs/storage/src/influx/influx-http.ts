import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { InfluxDB, linesToTables, stringToLines } from '@influxdata/influxdb-client';
import { withDeadline } from '@neuraltrade/http';
import { StoreUnavailableError } from '../store-errors';
import type { InfluxPlace } from './judgement';

/** Requests beyond so many wait for a free socket: the newest prices take one for each symbol. */
const MOST_SOCKETS = 32;

/** One row of a query's answer by column name; times and numbers are text. */
export type FluxRow = (column: string) => string;

/** What a query's answer is read with: each row, and the type of its column `_value` ('double'); '' where there is none. */
export type OnRow = (row: FluxRow, valueType: string) => void;

/** How InfluxDB is reached. */
export interface InfluxAccess extends InfluxPlace {
  /** Asked before each request, so that a renewed token counts at once. */
  readonly token: () => string;
  /** Longest time for one request, ms. */
  readonly timeoutMs: number;
  /** Request bodies above so many bytes are compressed; null = none. */
  readonly gzipAbove: number | null;
}

/**
 * Requests to InfluxDB: each call is one of them, tried once. A request that is given up is cut off its socket, so that it is
 * not carried out long after.
 */
export class InfluxHttp {
  readonly #access: InfluxAccess;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #client: InfluxDB;
  readonly #closed = new AbortController();

  /** Opens nothing yet. */
  constructor(access: InfluxAccess) {
    this.#access = access;
    const { url, timeoutMs } = access;
    const Agent = url.startsWith('https:') ? HttpsAgent : HttpAgent;
    this.#agent = new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS });
    // The socket's own timeout only backs up the deadline of the whole request.
    this.#client = new InfluxDB({ url, timeout: 2 * timeoutMs, transportOptions: { agent: this.#agent } });
  }

  /** Stores lines; none is a request too, which tells whether the token may write to the bucket. @throws as the client does. */
  async write(lines: string): Promise<void> {
    const { org, bucket, gzipAbove } = this.#access;
    const query = new URLSearchParams({ org, bucket, precision: 'ns' });
    await this.#send(`/api/v2/write?${query.toString()}`, lines, {
      contentType: 'text/plain; charset=utf-8',
      ...(gzipAbove === null ? {} : { gzipThreshold: gzipAbove }),
    });
  }

  /** Runs a query and tells its rows. @throws as the client does; Error with the server's words when it fails on the way. */
  async query(flux: string, onRow: OnRow): Promise<void> {
    const query = new URLSearchParams({ org: this.#access.org });
    const body = JSON.stringify({
      query: flux,
      type: 'flux',
      dialect: { header: true, delimiter: ',', annotations: ['datatype', 'group', 'default'] },
    });
    const csv = await this.#send(`/api/v2/query?${query.toString()}`, body, {
      contentType: 'application/json; charset=utf-8',
    });
    readRows(csv, onRow);
  }

  /** Ends what is under way and lets the sockets go. */
  close(): void {
    this.#closed.abort();
    this.#agent.destroy();
  }

  async #send(
    path: string,
    body: string,
    { contentType, ...options }: { contentType: string; gzipThreshold?: number },
  ): Promise<string> {
    const { timeoutMs } = this.#access;
    const authorization = `Token ${this.#token()}`;
    return withDeadline(
      { timeoutMs, stop: this.#closed.signal },
      (signal) =>
        new Promise<string>((resolve, reject) => {
          const chunks: Uint8Array[] = [];
          this.#client.transport.send(
            path,
            body,
            { ...options, method: 'POST', signal, headers: { authorization, 'content-type': contentType } },
            {
              next: (chunk) => void chunks.push(chunk),
              complete: () => resolve(Buffer.concat(chunks).toString('utf8')),
              error: reject,
            },
          );
        }),
    );
  }

  #token(): string {
    try {
      return this.#access.token();
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new StoreUnavailableError(`The token for InfluxDB cannot be read: ${words}`, true, 0, {
        cause: error,
      });
    }
  }
}

function readRows(csv: string, onRow: OnRow): void {
  let current: unknown = null;
  let places = new Map<string, number>();
  let valueType = '';
  stringToLines(
    csv,
    linesToTables({
      next: (values: string[], table) => {
        if (table !== current) {
          current = table;
          places = new Map(table.columns.map(({ label }, index) => [label, index]));
          valueType = table.columns[places.get('_value') ?? -1]?.dataType ?? '';
        }
        const row: FluxRow = (column) => values[places.get(column) ?? -1] ?? '';
        // A query that fails after it has begun to answer says so in a table of its own.
        if (places.has('error') && places.has('reference')) throw new Error(row('error'));
        onRow(row, valueType);
      },
      error: (error: Error) => {
        throw error;
      },
      complete: () => undefined,
    }),
  );
}
