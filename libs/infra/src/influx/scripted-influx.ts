import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A request as the scripted server got it. */
export interface SeenRequest {
  /** Whether it writes points or asks a query. */
  readonly kind: 'write' | 'query';
  /** Path and query string. */
  readonly url: string;
  /** Its body, decompressed. */
  readonly body: string;
  /** Its headers, names in lower case. */
  readonly headers: IncomingMessage['headers'];
  /** When it had come in whole, ms of the monotonic clock. */
  readonly at: number;
}

/** What a request is answered: a status, or nothing at all with the socket left open or cut. */
export type ScriptedAnswer =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'silence'
  | 'cut';

/** An HTTP server on 127.0.0.1 that speaks InfluxDB's write and query API as a test tells it; no data is kept. */
export class ScriptedInflux {
  /** Every request, in the order of arrival. */
  readonly seen: SeenRequest[] = [];
  /** Decides each answer; by default writes are taken and queries find nothing. */
  answer: (request: SeenRequest) => ScriptedAnswer = () => TAKEN;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  /** Starts one. */
  static async start(): Promise<ScriptedInflux> {
    const scripted = new ScriptedInflux();
    await new Promise<void>((resolve) => scripted.#server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  /** Its address. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The writes that held points. */
  get writes(): SeenRequest[] {
    return this.seen.filter(({ kind, body }) => kind === 'write' && body !== '');
  }

  /** How many sockets are open to it now. */
  openSockets(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  /** Cuts every socket and ends. */
  async dispose(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = await requestOf(request).catch(() => null);
    if (seen === null) return;
    this.seen.push(seen);
    const answer = this.answer(seen);
    if (answer === 'silence') return;
    if (answer === 'cut') {
      request.socket.destroy();
      return;
    }
    const { status, headers = {}, body = '' } = answer;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  }
}

const TAKEN: ScriptedAnswer = { status: 204 };

async function requestOf(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const { url = '', headers } = request;
  return {
    kind: url.startsWith('/api/v2/write') ? 'write' : 'query',
    url,
    body: (headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8'),
    headers,
    at: performance.now(),
  };
}
