/** A trade id as decimal digits, given as text or as a number token; null when it is none (a UUID, a fraction, '007'). */
export function tradeIdOf(raw: unknown): string | null {
  if (typeof raw === 'number') return Number.isSafeInteger(raw) && raw >= 0 ? String(raw) : null;
  return typeof raw === 'string' && TRADE_ID.test(raw) ? raw : null;
}

/** A request id as the text that our own ids are written in; null when the frame carries none. */
export function requestIdOf(raw: unknown): string | null {
  if (typeof raw === 'number') return String(raw);
  return typeof raw === 'string' && raw !== '' ? raw.slice(0, MAX_REQUEST_ID) : null;
}

/** The same digits as the contract's trade id: no leading zeros, at most 40. */
const TRADE_ID = /^(?:0|[1-9]\d{0,39})$/;
const MAX_REQUEST_ID = 64;
