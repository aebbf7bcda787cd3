import type { Instrument } from '../market/instrument';
import { Audience } from '../server/audience';
import type { CoinbaseSession } from './session';

/** The channels that the simulator offers. */
export const CHANNELS = ['matches', 'ticker', 'heartbeat'] as const;
/** One of {@link CHANNELS}. */
export type ChannelName = (typeof CHANNELS)[number];

/** Channels of the real venue that need a key. */
const KEY_CHANNELS = new Set(['level2', 'level3', 'full', 'user']);
/** Channels of the real venue that the simulator does not offer. */
const OTHER_CHANNELS = new Set([
  'status',
  'level2_batch',
  'ticker_batch',
  'auctionfeed',
  'rfq_matches',
  'balance',
]);

/** The products by name, and who listens to which channel of them. */
export class ProductChannels {
  /** Listeners of each channel. */
  readonly audiences: Readonly<Record<ChannelName, Audience<CoinbaseSession>>> = {
    matches: new Audience(),
    ticker: new Audience(),
    heartbeat: new Audience(),
  };
  readonly #products: ReadonlyMap<string, Instrument>;

  constructor(readonly instruments: readonly Instrument[]) {
    this.#products = new Map(instruments.map((instrument) => [instrument.listing.native, instrument]));
  }

  /** The product of that id. */
  product(id: string): Instrument | undefined {
    return this.#products.get(id);
  }

  /** Why a product cannot be subscribed; null when it can. */
  productFault(id: string): string | null {
    const product = this.#products.get(id);
    if (product === undefined) return `${id} is not a valid product`;
    return product.listing.trading ? null : `${id} is delisted`;
  }

  /** Removes a listener from everything. */
  leaveAll(session: CoinbaseSession): void {
    for (const name of CHANNELS) this.audiences[name].removeAll(session);
  }
}

/** Whether the simulator offers the channel. */
export function isChannel(name: string): name is ChannelName {
  return (CHANNELS as readonly string[]).includes(name);
}

/** Why a channel cannot be subscribed; null when it can. */
export function channelFault(name: string): string | null {
  if (isChannel(name)) return null;
  if (KEY_CHANNELS.has(name)) return 'level2, level3, and full channels now require authentication';
  if (OTHER_CHANNELS.has(name)) return `${name} is not offered by this simulator`;
  return `${name} is not a valid channel`;
}
