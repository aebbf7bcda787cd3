import { AMQP_EXCHANGES, PermanentError } from '@neuraltrade/contracts';
import type { OutgoingMessage } from './message-bus';

/** Largest body, bytes: what a current broker takes. */
export const MAX_MESSAGE_BYTES = 16_777_216;
/** Largest header table, bytes of its names and values: half of what fits into the one frame that carries it. */
export const MAX_HEADERS_BYTES = 32_768;
/** Longest routing key, message id and content type, bytes: their length is sent as one byte. */
export const MAX_SHORT_TEXT_BYTES = 255;

/** What a publish is checked for. */
type Measured = Pick<OutgoingMessage, 'routingKey' | 'messageId' | 'contentType' | 'headers' | 'body'> & {
  readonly amqpExchange: string;
};

/** Bytes that a header takes, at most. */
export function headerBytes(name: string, value: string | number | undefined): number {
  return Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 8) + 6;
}

/** Why no broker could take a message at all, as an error; null when it can be published. */
export function messageFault(message: Measured): PermanentError | null {
  const { body, headers } = message;
  // A body to be set aside came from the broker: whatever its limit is, this one is within it.
  const isParked = message.amqpExchange === AMQP_EXCHANGES.parking;
  if (body.length > MAX_MESSAGE_BYTES && !isParked)
    return tooLarge(message, 'body', body.length, MAX_MESSAGE_BYTES);
  for (const field of ['routingKey', 'messageId', 'contentType'] as const) {
    const length = Buffer.byteLength(message[field]);
    if (length > MAX_SHORT_TEXT_BYTES) return tooLarge(message, field, length, MAX_SHORT_TEXT_BYTES);
  }
  let size = 0;
  for (const name in headers) size += headerBytes(name, headers[name]);
  return size > MAX_HEADERS_BYTES ? tooLarge(message, 'headers', size, MAX_HEADERS_BYTES) : null;
}

function tooLarge(
  { routingKey, messageId }: Measured,
  part: string,
  have: number,
  most: number,
): PermanentError {
  const which = `The message ${messageId.slice(0, 80)} for ${routingKey.slice(0, 80)}`;
  return new PermanentError('malformed', `${which} has ${part} of ${have} bytes; ${most} can be sent.`);
}
