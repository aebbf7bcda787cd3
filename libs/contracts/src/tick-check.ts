import { EXCHANGE_PATTERN, MAX_DECIMAL_TEXT, TRADE_ID_PATTERN } from './patterns';
import { isSymbol } from './symbol';

/**
 * What is wrong with a value that should be a RawTick, as a short sentence; null when nothing is.
 * The hand-written twin of rawTickSchema for the tick path: a property test holds the two to one answer.
 */
export function rawTickFault(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not an object';
  const tick = value as Record<string, unknown>;
  return (
    identityFault(tick) ?? numberFault(tick) ?? timeFault(tick) ?? quoteFault(tick) ?? exactnessFault(tick)
  );
}

type Fields = Readonly<Record<string, unknown>>;

function identityFault({ exchange, symbol, tradeId, takerSide, backfilled }: Fields): string | null {
  if (typeof exchange !== 'string' || !EXCHANGE_PATTERN.test(exchange))
    return 'exchange is not a lower-case venue name';
  if (typeof symbol !== 'string' || !isSymbol(symbol)) return 'symbol is not BASE/QUOTE in upper case';
  if (typeof tradeId !== 'string' || !TRADE_ID_PATTERN.test(tradeId)) return 'tradeId is not decimal digits';
  if (takerSide !== 'buy' && takerSide !== 'sell' && takerSide !== 'unknown')
    return 'takerSide is not buy, sell or unknown';
  if (typeof backfilled !== 'boolean') return 'backfilled is not true or false';
  return null;
}

function numberFault({ last, volume, bid, ask }: Fields): string | null {
  if (!isPositive(last)) return 'last is not a finite number above zero';
  if (!isPositive(volume)) return 'volume is not a finite number above zero';
  if (!isPositive(bid)) return 'bid is not a finite number above zero';
  if (!isPositive(ask)) return 'ask is not a finite number above zero';
  return null;
}

function timeFault({ timestamp, receivedAt }: Fields): string | null {
  if (!isInstant(timestamp)) return 'timestamp is not whole milliseconds since 1970';
  if (!isInstant(receivedAt)) return 'receivedAt is not whole milliseconds since 1970';
  return null;
}

function quoteFault({ quoted, quotedAt, bid, ask, last }: Fields): string | null {
  if (typeof quoted !== 'boolean') return 'quoted is not true or false';
  if (quotedAt !== null && !isInstant(quotedAt))
    return 'quotedAt is neither null nor whole milliseconds since 1970';
  if (quoted !== (quotedAt !== null)) return 'quotedAt is not set exactly when quoted';
  if ((bid as number) > (ask as number)) return 'bid exceeds ask';
  if (!quoted && (bid !== last || ask !== last)) return 'bid and ask do not equal last without a quote';
  return null;
}

function exactnessFault({ inexact, priceText, volumeText }: Fields): string | null {
  if (inexact !== undefined && inexact !== true) return 'inexact is neither absent nor true';
  if (priceText !== undefined && !isDecimalText(priceText)) return 'priceText is not a short text';
  if (volumeText !== undefined && !isDecimalText(volumeText)) return 'volumeText is not a short text';
  return null;
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value !== Infinity;
}

function isInstant(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isDecimalText(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_DECIMAL_TEXT;
}
