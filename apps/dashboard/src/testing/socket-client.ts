import { type ClientOptions, WebSocket } from 'ws';
import type { ClientMessage, ServerMessage } from '../../page/protocol';
import { until } from './running-dashboard';

/** A WebSocket client of the gateway that keeps what it was told. */
export class SocketClient {
  /** Every message so far. */
  readonly messages: ServerMessage[] = [];
  /** Bytes of all messages so far. */
  receivedBytes = 0;
  /** The close code; null while open. */
  closeCode: number | null = null;
  /** The HTTP status that refused the upgrade; null when none did. */
  refusedWith: number | null = null;
  /** The connection. */
  readonly socket: WebSocket;

  /**
   * @param port the gateway's port.
   * @param options ws options such as origin and headers.
   * @param path where to connect.
   */
  constructor(port: number, options: ClientOptions = {}, path = '/ws') {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, options);
    this.socket.on('message', (data: Buffer) => {
      this.receivedBytes += data.length;
      this.messages.push(JSON.parse(data.toString('utf8')) as ServerMessage);
    });
    this.socket.on('close', (code) => (this.closeCode = code));
    this.socket.on('error', () => undefined);
    this.socket.on('unexpected-response', (_request, response) => {
      this.refusedWith = response.statusCode ?? 0;
      this.socket.terminate();
    });
  }

  /** Resolves when the greeting has come. */
  async greeted(): Promise<this> {
    await this.next('hello');
    return this;
  }

  /** Sends a message of the protocol. */
  say(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The messages of one type. */
  all<T extends ServerMessage['type']>(type: T): Extract<ServerMessage, { type: T }>[] {
    return this.messages.filter(
      (message): message is Extract<ServerMessage, { type: T }> => message.type === type,
    );
  }

  /** Waits for a message of a type that satisfies `matches`. */
  next<T extends ServerMessage['type']>(
    type: T,
    matches: (message: Extract<ServerMessage, { type: T }>) => boolean = () => true,
  ): Promise<Extract<ServerMessage, { type: T }>> {
    return until(`a message ${type}`, () => this.all(type).find(matches));
  }

  /** Waits for the end and resolves to the close code. */
  async closed(): Promise<number> {
    await until('the connection to close', () => this.closeCode !== null);
    return this.closeCode ?? 0;
  }

  /** Drops the connection. */
  drop(): void {
    this.socket.terminate();
  }
}
