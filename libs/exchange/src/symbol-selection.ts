import { ConfigError } from '@neuraltrade/service';
import type { Instrument, Venue } from '@neuraltrade/venues';

const NEAREST = 3;

/** None of the symbols asked for is listed by the venue. */
export class NoSymbolListedError extends ConfigError {
  override readonly name = 'NoSymbolListedError';
}

/** Which symbols of a wish a venue can serve. */
export interface SymbolSelection {
  /** BASE/QUOTE symbols that the venue lists, in the order of the wish. */
  readonly listed: readonly string[];
  /** Symbols that it does not list. */
  readonly skipped: readonly string[];
  /** Listed symbols that cannot be traded now: subscribed all the same, since trading may resume at any time. */
  readonly halted: readonly string[];
}

/**
 * Checks symbols against a venue's instrument list.
 * @param strict whether the symbols were named for this very venue, so that an unlisted one must be a mistake.
 * @throws ConfigError when `strict` and one is not listed, with the nearest names; {@link NoSymbolListedError} when none is left.
 */
export function selectSymbols(
  venue: Venue,
  instruments: readonly Instrument[],
  symbols: readonly string[],
  strict: boolean,
): SymbolSelection {
  const trading = new Map(instruments.map((instrument) => [instrument.symbol, instrument.trading]));
  const listed = symbols.filter((symbol) => trading.has(symbol));
  const skipped = symbols.filter((symbol) => !trading.has(symbol));
  if (strict && skipped.length > 0) {
    const names = [...trading.keys()];
    throw new ConfigError(
      skipped.map((symbol) => {
        const nearest = nearestNames(symbol, names).join(', ');
        return `${venue.title} does not list ${symbol}${nearest === '' ? '' : `; the nearest names are ${nearest}`}.`;
      }),
    );
  }
  if (listed.length === 0) {
    throw new NoSymbolListedError([`${venue.title} lists none of the symbols ${symbols.join(', ')}.`]);
  }
  return { listed, skipped, halted: listed.filter((symbol) => trading.get(symbol) === false) };
}

function nearestNames(wanted: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: editDistance(wanted, name) }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, NEAREST)
    .map(({ name }) => name);
}

/** How many characters must be added, removed or changed to turn one text into the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const change = (previous[column - 1] as number) + Number(from[row - 1] !== to[column - 1]);
      current.push(Math.min(change, (previous[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    previous = current;
  }
  return previous[to.length] as number;
}
