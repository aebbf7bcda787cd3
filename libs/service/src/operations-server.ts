import { createServer } from 'node:http';
import { listen } from './listen';
import type { Operations } from './operations';

/** A running health and metrics server. */
export interface OperationsServer {
  /** The port that it listens on. */
  readonly port: number;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

/** How the health and metrics server is started. */
export interface OperationsServerOptions {
  /** Address; 127.0.0.1 unless the network is trusted. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What it answers with. */
  readonly operations: Operations;
}

/**
 * Serves health and metrics on a port of their own, apart from anything public.
 * @throws ExpectedError when the port cannot be used.
 */
export async function startOperationsServer({
  host,
  port,
  operations,
}: OperationsServerOptions): Promise<OperationsServer> {
  const server = createServer({ maxHeaderSize: 8_192, requestTimeout: 5_000 }, (request, response) => {
    if (!operations(request, response)) {
      response.writeHead(404, { 'Content-Type': 'application/json' });
      response.end(
        '{"error":{"code":"not-found","message":"Here are /health/live, /health/ready and /metrics."}}\n',
      );
    }
  });
  server.maxConnections = 64;
  const realPort = await listen(server, { host, port, setting: 'HTTP_PORT' });
  return {
    port: realPort,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
