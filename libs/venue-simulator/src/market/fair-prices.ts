import { ASSETS } from './assets';
import type { Asset } from './assets';
import type { SavedFairPrice } from './saved-market';
import type { SeededRandom } from './random';

const US_PER_YEAR = 365.25 * 86_400 * 1e6;
/** A pause longer than this moves a price no further: a market that nobody ran did not trade. */
const LONGEST_STEP_US = 60e6;
/** Time in which a pegged price comes back to its peg. */
const PEG_PULL_US = 600e6;
/** How far a new market starts from the table's prices: two seeds shall not show the same numbers. */
const START_SPREAD = 0.03;

interface Walk {
  readonly asset: Asset;
  usd: number;
  timeUs: number;
}

/** The one fair dollar price of each asset, a random walk that all venues follow. */
export class FairPrices {
  readonly #walks = new Map<string, Walk>();

  /**
   * @param random draws the starting prices, in the order of the asset table.
   * @param saved prices to go on from; assets that it does not name start anew.
   */
  constructor(random: SeededRandom, startUs: number, saved: readonly SavedFairPrice[]) {
    const known = new Map(saved.map((price) => [price.asset, price]));
    for (const [name, asset] of ASSETS) {
      const start = asset.pegged ? asset.usd : asset.usd * (1 + START_SPREAD * (2 * random.uniform() - 1));
      const from = known.get(name);
      this.#walks.set(name, { asset, usd: from?.usd ?? start, timeUs: from?.timeUs ?? startUs });
    }
  }

  /** Price of the pair now: quote currency for one base. Both assets must be of the table. */
  pair(base: string, quote: string): number {
    return this.#walk(base).usd / this.#walk(quote).usd;
  }

  /** Dollar price of an asset of the table. */
  usd(asset: string): number {
    return this.#walk(asset).usd;
  }

  /** Lets one asset's price walk up to `timeUs` of market time. */
  advance(name: string, timeUs: number, random: SeededRandom): void {
    const walk = this.#walk(name);
    const { asset } = walk;
    if (asset.volatility === 0) return;
    const elapsed = Math.min(LONGEST_STEP_US, timeUs - walk.timeUs);
    walk.timeUs = timeUs;
    if (elapsed <= 0) return;
    walk.usd *= 1 + asset.volatility * Math.sqrt(elapsed / US_PER_YEAR) * random.normal();
    if (asset.pegged) walk.usd += (asset.usd - walk.usd) * Math.min(1, elapsed / PEG_PULL_US);
  }

  /** Every asset's price, to be saved. */
  save(): SavedFairPrice[] {
    return [...this.#walks].map(([asset, { usd, timeUs }]) => ({ asset, usd, timeUs }));
  }

  #walk(name: string): Walk {
    const walk = this.#walks.get(name);
    if (walk === undefined) throw new Error(`The asset '${name}' is not in the table of simulated assets.`);
    return walk;
  }
}
