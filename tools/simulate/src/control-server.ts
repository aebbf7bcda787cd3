import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '@neuraltrade/service';
import { readFaultCommand, type VenueSimulator } from '@neuraltrade/venue-simulator';

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 16 * 1_024;

/** A running control interface. */
export interface ControlServer {
  /** Its address ('http://127.0.0.1:40000'). */
  readonly url: string;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

/** What the control interface controls. */
export interface ControlDeps {
  /** 0 takes any free port. */
  readonly port: number;
  /** The simulator. */
  readonly simulator: VenueSimulator;
  /** The answer of GET /venues, once the interface has its address. */
  readonly venues: (url: string) => unknown;
  /** Ends the process in order. */
  readonly stop: () => void;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Serves the control interface on 127.0.0.1 only: it lets everyone who reaches it stop the simulator.
 * @throws ExpectedError when the port cannot be used.
 */
export async function startControlServer({
  port,
  simulator,
  venues,
  stop,
}: ControlDeps): Promise<ControlServer> {
  let url = '';
  const routes: Readonly<Record<string, (body: string) => Answer>> = {
    'GET /venues': () => ok(venues(url)),
    'GET /statistics': () => ok(simulator.statistics()),
    'GET /faults': () => ok(simulator.faults.ordered()),
    'POST /faults': (body) => ok(simulator.faults.carryOut(readFaultCommand(parsed(body)))),
    'POST /hold': () => {
      simulator.hold();
      return ok({ held: true });
    },
    'POST /stop': () => {
      // The answer leaves before the server closes.
      setImmediate(stop);
      return ok({ stopping: true });
    },
  };
  const server = createServer({ maxHeaderSize: 8_192, requestTimeout: 5_000 }, (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const route = routes[`${request.method ?? ''} ${path}`];
    if (route === undefined) {
      request.resume();
      const known = Object.keys(routes).join(', ');
      reply(
        response,
        refused(404, `There is no ${request.method ?? ''} ${path.slice(0, 60)}; there are ${known}.`),
      );
      return;
    }
    readBody(request).then(
      (body) =>
        reply(response, body === null ? refused(413, 'The body is too long.') : answerOf(route, body)),
      () => response.destroy(),
    );
  });
  server.maxConnections = 64;
  const realPort = await listen(server, { host: HOST, port, setting: '--port' });
  url = `http://${HOST}:${realPort}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 1_000).unref();
      }),
  };
}

function answerOf(route: (body: string) => Answer, body: string): Answer {
  try {
    return route(body);
  } catch (error) {
    return refused(400, error instanceof Error ? error.message : String(error));
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Error('The body is not JSON.');
  }
}

/** The whole body; null when it is longer than is allowed. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (length > 64 * MAX_BODY_BYTES) throw new Error('An endless body.');
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString() : null;
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function refused(status: number, message: string): Answer {
  return { status, body: { error: { code: String(status), message } } };
}

function reply(response: ServerResponse, { status, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(`${JSON.stringify(body)}\n`);
}
