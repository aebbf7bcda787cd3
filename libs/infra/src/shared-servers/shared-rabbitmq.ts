import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Environment } from '../find-program';
import type { RabbitMq } from '../rabbitmq';

/** Where test files find the broker that they share. */
export const BROKER_VARIABLE = 'NEURALTRADE_TEST_BROKER';
/** Why there is none, a sentence. */
export const MISSING_VARIABLE = 'NEURALTRADE_TEST_BROKER_MISSING';

/** What a test file may do with the broker that it shares with others: nothing that they would notice. */
export interface SharedRabbitMq extends Pick<RabbitMq, 'rabbitmqctl'> {
  /** Takes an empty virtual host for itself. @returns its address. */
  takeVirtualHost(): Promise<string>;
}

/** Made at once while the broker starts: rabbitmqctl takes seconds on a busy machine. */
const VIRTUAL_HOSTS = Array.from({ length: 32 }, (_, i) => `test-${i}`);

type Call = { readonly method: 'takeVirtualHost' | 'rabbitmqctl'; readonly args: readonly string[] };

/** Lets test files, which run in processes of their own, use a broker that this one has started. */
export async function serveBroker(
  broker: RabbitMq,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const user = decodeURIComponent(new URL(broker.urlOf('/')).username);
  const made = VIRTUAL_HOSTS.map((name) => `<<"${name}">>`).join(', ');
  const permissions = `rabbit_auth_backend_internal:set_permissions(<<"${user}">>, V, All, All, All, <<"${user}">>)`;
  await broker.rabbitmqctl(
    'eval',
    `All = <<".*">>, [begin rabbit_vhost:add(V, <<"${user}">>), ${permissions} end || V <- [${made}]].`,
  );
  const free = [...VIRTUAL_HOSTS];
  const take = async (): Promise<string> => {
    const name = free.shift();
    if (name === undefined) throw new Error('More virtual hosts are needed: raise their number.');
    return Promise.resolve(broker.urlOf(name));
  };
  const server = createServer((request, response) => {
    // Test files count their sockets.
    response.shouldKeepAlive = false;
    void bodyOf(request)
      .then((text) => {
        const { method, args } = JSON.parse(text) as Call;
        return method === 'rabbitmqctl' ? broker.rabbitmqctl(...args) : take();
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
    takeVirtualHost: () => call('takeVirtualHost', []),
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
