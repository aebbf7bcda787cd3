import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ExpectedError } from './expected-error';

/** Where a server listens. */
export interface ListenOptions {
  /** Address or host name. */
  readonly host: string;
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number;
  /** What the user would change to get another port, for the sentence: 'HTTP_PORT', '--port'. */
  readonly setting: string;
}

/**
 * Starts listening and resolves to the real port.
 * @throws ExpectedError when the address cannot be used: a sentence with port and remedy.
 */
export function listen(server: Server, { host, port, setting }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      reject(new ExpectedError(explain(error, { host, port, setting })));
    };
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function explain(error: NodeJS.ErrnoException, { host, port, setting }: ListenOptions): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return (
        `Port ${port} on ${host} is in use by another process. ` +
        `Stop that process, or set ${setting} to another port (0 takes any free one).`
      );
    case 'EACCES':
      return `Port ${port} on ${host} is not allowed for this user. Set ${setting} to a port of 1024 or more.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${host} to listen on. Use 127.0.0.1, or 0.0.0.0 for every address.`;
    default:
      return `Listening on ${host}:${port} failed: ${error.message}.`;
  }
}
