import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a receiver got it. */
export interface SeenDelivery {
  /** Its idempotency key. */
  readonly key: string;
  /** Its headers, names in lower case. */
  readonly headers: IncomingMessage['headers'];
  /** Its body. */
  readonly body: string;
  /** What was answered; 0 = nothing. */
  readonly status: number;
  /** When it had come in whole, ms of the monotonic clock. */
  readonly at: number;
}

/** What a request is answered: a status with headers and text, or nothing with the connection left open, cut, or answered garbage. */
export type ReceiverAnswer =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly text?: string }
  | 'silence'
  | 'cut'
  | 'garbage';

/** A receiver of webhooks on 127.0.0.1 that answers as a test tells it. */
export class Receiver {
  /** Every request, in the order of arrival. */
  readonly seen: SeenDelivery[] = [];
  /** Decides each answer; by default everything is taken. */
  answer: (request: Pick<SeenDelivery, 'key' | 'body'>) => ReceiverAnswer = () => ({ status: 204 });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const key = String(request.headers['idempotency-key']);
        const answer = this.answer({ key, body });
        const status = typeof answer === 'string' ? 0 : answer.status;
        this.seen.push({ key, body, headers: request.headers, status, at: performance.now() });
        if (answer === 'silence') return;
        if (answer === 'cut') request.socket.destroy();
        else if (answer === 'garbage') request.socket.end('not HTTP at all\r\n\r\n');
        else response.writeHead(answer.status, answer.headers).end(answer.text);
      });
    });
  }

  /** Starts one. */
  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  /** The address that it takes deliveries at. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** The keys that were answered with 2xx, in that order. */
  get taken(): string[] {
    return this.seen.filter(({ status }) => status >= 200 && status < 300).map(({ key }) => key);
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
