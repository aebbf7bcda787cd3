/** Opens connections to a venue: a WebSocket, or a capture file. */
export interface Transport {
  /** Starts a connection; its handlers are called later, never from within this call. */
  connect(url: string, handlers: TransportHandlers): Connection;
}

/** What happens on a connection. None is called any more once the connection was closed or terminated from this side. */
export interface TransportHandlers {
  /** It is open: frames can be sent. */
  onOpen(): void;
  /** A frame arrived; `receivedAt` (ms UTC) was read before anything was done with the frame. */
  onFrame(text: string, receivedAt: number): void;
  /** The peer answered the ping with this token: everything that it sent before its answer has been delivered. */
  onPong(receivedAt: number, token: string): void;
  /** It ended, or could not be opened; called once, last, with the reason in a few words. */
  onClose(reason: string): void;
}

/** One connection. */
export interface Connection {
  /** Sends a text frame; ignored unless open. */
  send(text: string): void;
  /** Asks the peer for a sign of life; its answer brings the token (at most 125 bytes) back. Ignored unless open. */
  ping(token: string): void;
  /** Stops reading, so that the peer has to wait. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** Says goodbye and returns at once; a peer that does not answer in time is cut off. */
  close(): void;
  /** Cuts the connection off at once. */
  terminate(): void;
}
