import WebSocket, { type RawData } from 'ws';
import type { Connection, Transport, TransportHandlers } from './transport';
import { systemTimers, type Timers } from './timers';

/** Limits of a WebSocket transport. */
export interface WebSocketTransportOptions {
  /** A larger frame (bytes) ends the connection. */
  readonly maxFrameBytes: number;
  /** Longest time from dialling to an open connection, ms; default 10,000. */
  readonly handshakeTimeoutMs?: number;
  /** How long a peer may take to answer a close before it is cut off, ms; default 1,000. */
  readonly closeTimeoutMs?: number;
  /** Source of `receivedAt` and of the close deadline; the machine's by default. */
  readonly timers?: Timers;
}

/**
 * Connections over WebSocket, without compression: a public feed's frames are small, and inflating them costs more time
 * and memory than the bytes saved.
 */
export function webSocketTransport(options: WebSocketTransportOptions): Transport {
  const {
    maxFrameBytes,
    handshakeTimeoutMs = 10_000,
    closeTimeoutMs = 1_000,
    timers = systemTimers,
  } = options;
  return {
    connect: (url, handlers) => {
      const socket = new WebSocket(url, {
        perMessageDeflate: false,
        maxPayload: maxFrameBytes,
        handshakeTimeout: handshakeTimeoutMs,
      });
      return attach(socket, handlers, timers, closeTimeoutMs);
    },
  };
}

function attach(
  socket: WebSocket,
  handlers: TransportHandlers,
  timers: Timers,
  closeTimeoutMs: number,
): Connection {
  let ended = false;
  let fault = '';
  socket.on('open', () => {
    if (!ended) handlers.onOpen();
  });
  socket.on('message', (data: RawData) => {
    const receivedAt = timers.now();
    if (!ended) handlers.onFrame(textOf(data), receivedAt);
  });
  socket.on('pong', (data) => {
    if (!ended) handlers.onPong(timers.now(), data.toString('utf8'));
  });
  socket.on('error', (error) => {
    fault = error.message || error.name;
  });
  socket.on('close', (code, reason) => {
    if (ended) return;
    ended = true;
    handlers.onClose(
      fault || `closed with code ${code}${reason.length > 0 ? ` (${reason.toString('utf8')})` : ''}`,
    );
  });

  const isOpen = (): boolean => !ended && socket.readyState === WebSocket.OPEN;
  return {
    send: (text) => {
      if (isOpen()) socket.send(text);
    },
    ping: (token) => {
      if (isOpen()) socket.ping(token);
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => {
      if (ended) return;
      ended = true;
      // A paused socket would never read the peer's answer.
      socket.resume();
      socket.close(1000);
      const cancel = timers.schedule(closeTimeoutMs, () => socket.terminate());
      socket.once('close', cancel);
    },
    terminate: () => {
      ended = true;
      socket.terminate();
    },
  };
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString('utf8');
}
