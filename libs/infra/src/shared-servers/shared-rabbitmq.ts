import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Environment } from '../find-program';
import type { RabbitMq } from '../rabbitmq';

/** Where test files find the broker that they share. */
export const BROKER_VARIABLE = 'NEURALTRADE_TEST_BROKER';
/** Why there is none, a sentence. */
export const MISSING_VARIABLE = 'NEURALTRADE_TEST_BROKER_MISSING';

/** What a test file may do with the broker that it shares with others: nothing that they would notice. */
export type SharedRabbitMq = Pick<RabbitMq, 'addVirtualHost' | 'rabbitmqctl'>;

type Call = { readonly method: 'addVirtualHost' | 'rabbitmqctl'; readonly args: readonly string[] };

/** Lets test files, which run in processes of their own, use a broker that this one has started. */
export async function serveBroker(
  broker: RabbitMq,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    void bodyOf(request)
      .then((text) => {
        const { method, args } = JSON.parse(text) as Call;
        return method === 'rabbitmqctl' ? broker.rabbitmqctl(...args) : broker.addVirtualHost(args[0] ?? '');
      })
      .then(
        (answer) => response.end(answer),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * The broker that all integration tests share.
 * @returns null when there is none and that is to be a skip.
 * @throws Error when there is none and REQUIRE_SERVICES=1.
 */
export function sharedRabbitMq(env: Environment): SharedRabbitMq | null {
  const url = env[BROKER_VARIABLE];
  if (url === undefined) {
    if (env['REQUIRE_SERVICES'] !== '1') return null;
    throw new Error(`REQUIRE_SERVICES=1, but this was not tested: ${whyNoRabbitMq(env)}`);
  }
  const call = async (method: Call['method'], args: readonly string[]): Promise<string> => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ method, args }) });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  };
  return {
    rabbitmqctl: (...args) => call('rabbitmqctl', args),
    addVirtualHost: (name) => call('addVirtualHost', [name]),
  };
}

/** Why there is no shared broker, a sentence. */
export function whyNoRabbitMq(env: Environment): string {
  return env[MISSING_VARIABLE] ?? 'RabbitMQ was not started: run this by the Jest project integration.';
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
