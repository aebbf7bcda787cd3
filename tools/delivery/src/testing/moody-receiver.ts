import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook's request as it came. */
export interface MoodyRequest {
  /** Its idempotency key. */
  readonly key: string;
  /** Its body. */
  readonly body: string;
  /** Whether the receiver has it: it counts from before the answer, which may be lost. */
  readonly taken: boolean;
}

/** A receiver of webhooks that fails at random: it answers errors, asks for patience, cuts connections before and behind its work. */
export class MoodyReceiver {
  /** Every request, in the order of arrival. */
  readonly requests: MoodyRequest[] = [];
  /** Told when a request was taken and its answer is on the way. */
  onTaken: () => void = () => undefined;
  /** Whether it fails at all. */
  moody = true;
  readonly #server: Server;

  private constructor(random: () => number) {
    this.#server = createServer((request, response) => {
      // Whoever else on this machine tries this port is none of the matter.
      if (request.method !== 'POST') return void response.writeHead(405).end();
      void bodyOf(request).then((body) => {
        const mood = this.moody ? random() : 0;
        const key = String(request.headers['idempotency-key']);
        const taken = mood < 0.8;
        this.requests.push({ key, body, taken });
        if (mood < 0.7) response.writeHead(mood < 0.35 ? 200 : 202).end('}garbage{', this.onTaken);
        else if (mood < 0.85) request.socket.destroy();
        else if (mood < 0.95) response.writeHead(503).end();
        else response.writeHead(429, { 'retry-after': '0' }).end();
      });
    });
  }

  /** Starts one. @param random draws evenly from [0, 1). */
  static async start(random: () => number): Promise<MoodyReceiver> {
    const receiver = new MoodyReceiver(random);
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  /** Its address. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** Keys that it has, in the order in which each came first. */
  get taken(): string[] {
    return [...new Set(this.requests.filter(({ taken }) => taken).map(({ key }) => key))];
  }

  /** Cuts every connection and ends. */
  async dispose(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
