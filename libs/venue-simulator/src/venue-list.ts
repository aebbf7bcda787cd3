import { binance } from './binance/definition';
import { bybit } from './bybit/definition';
import { coinbase } from './coinbase/definition';
import { kraken } from './kraken/definition';
import type { VenueDefinition } from './server/simulated-venue';

/** Every venue that can be simulated. A new one is one folder and one entry here. */
export const SIMULATED_VENUES: readonly VenueDefinition[] = [binance, coinbase, kraken, bybit];
