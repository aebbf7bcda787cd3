import { isSymbol } from '@neuraltrade/contracts';
import { textOf } from './json-value';
import type { Instrument } from './venue';

/**
 * The instrument of a venue's base and quote fields; undefined when they make no symbol of ours (other scripts, signs)
 * or the venue's spelling is missing.
 */
export function instrumentOf(
  base: unknown,
  quote: unknown,
  native: unknown,
  rest: Pick<Instrument, 'trading' | 'priceStep' | 'sizeStep'>,
): Instrument | undefined {
  const symbol = `${textOf(base)}/${textOf(quote)}`;
  if (!isSymbol(symbol) || typeof native !== 'string' || native === '') return undefined;
  return { symbol, native, ...rest };
}

/** A step as the venue writes it; null for anything but a non-empty text or a number. */
export function stepOf(raw: unknown): string | null {
  if (typeof raw === 'number') return String(raw);
  return typeof raw === 'string' && raw !== '' ? raw : null;
}

/** The instruments among what each row gave. */
export function readable(rows: readonly (Instrument | undefined)[]): Instrument[] {
  return rows.filter((row) => row !== undefined);
}
