import { createHash, createHmac } from 'node:crypto';
import type { MlSignal } from '@neuraltrade/contracts';

/** The version of the body and of the signature, in both of them. */
const VERSION = 1;

/** A signal as it is posted. */
export interface SignedRequest {
  /** Content type, idempotency key, timestamp and signature. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON: the same bytes for each attempt. */
  readonly body: string;
}

/**
 * The name of a signal for its receiver, 32 hexadecimal digits: the same for each attempt, also of another run. It is made of what
 * tells a signal from all others: venue, symbol, timeframe, timestamp, what it says, and the model.
 */
export function deliveryId(signal: MlSignal): string {
  const { exchange, symbol, timeframe, timestamp, signalType, modelVersion } = signal;
  // The model version, which may hold any character, stands last.
  const identity = [exchange, symbol, timeframe, timestamp, signalType, modelVersion].join('|');
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

/** The request that tells a signal. @param secret what both sides know. @param now when it is sent, ms UTC. */
export function signedRequest(signal: MlSignal, secret: string, now: number): SignedRequest {
  const id = deliveryId(signal);
  const body = JSON.stringify({ version: VERSION, id, signal });
  const timestamp = String(Math.floor(now / 1_000));
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'neuraltrade-signals',
      'idempotency-key': id,
      'x-neuraltrade-timestamp': timestamp,
      'x-neuraltrade-signature': `v${VERSION}=${signatureOf(timestamp, body, secret)}`,
    },
    body,
  };
}

/** HMAC-SHA-256 over the timestamp header, a dot and the body, in hexadecimal digits. */
export function signatureOf(timestamp: string, body: string, secret: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
}
