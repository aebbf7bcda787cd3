import { binance } from './binance';
import { bybit } from './bybit';
import { coinbase } from './coinbase';
import { kraken } from './kraken';
import type { Venue } from './venue';

/** Every venue that the pipeline can connect to; a new one is one line here. */
export const venues: readonly Venue[] = [binance, coinbase, kraken, bybit];

/** The venue of that name ('binance'); undefined when there is none. */
export function venueNamed(name: string): Venue | undefined {
  return venues.find((venue) => venue.name === name);
}
