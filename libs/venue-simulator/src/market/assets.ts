/** How one asset behaves in the simulated market. */
export interface Asset {
  /** Price in US dollars around which a new market starts. */
  readonly usd: number;
  /** Standard deviation of the yearly change of its dollar price, as a fraction. */
  readonly volatility: number;
  /** Whether its price is pulled back to `usd` (currencies and dollar coins). */
  readonly pegged: boolean;
  /** How much it is traded relative to others. */
  readonly activity: number;
  /** Digits behind the point of its price in dollars, where a venue has no rule of its own. */
  readonly priceDecimals: number;
  /** Digits behind the point of its amounts, where a venue has no rule of its own. */
  readonly sizeDecimals: number;
}

const coin = (
  usd: number,
  volatility: number,
  activity: number,
  priceDecimals: number,
  sizeDecimals: number,
): Asset => ({ usd, volatility, pegged: false, activity, priceDecimals, sizeDecimals });

const currency = (usd: number, volatility: number): Asset => ({
  usd,
  volatility,
  pegged: true,
  activity: 1,
  priceDecimals: 4,
  sizeDecimals: 2,
});

/** The assets that the simulated venues know, by name. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ['BTC', coin(64_000, 0.5, 4, 2, 5)],
  ['ETH', coin(2_450, 0.65, 3, 2, 4)],
  ['SOL', coin(152, 0.8, 2, 2, 3)],
  ['XRP', coin(0.58, 0.8, 1.5, 4, 1)],
  ['BNB', coin(585, 0.55, 1, 2, 3)],
  ['DOGE', coin(0.118, 0.9, 1.5, 5, 0)],
  ['ADA', coin(0.36, 0.8, 1, 4, 1)],
  ['TRX', coin(0.155, 0.5, 1, 4, 1)],
  ['LTC', coin(66, 0.7, 1, 2, 3)],
  ['LINK', coin(11.4, 0.8, 1, 3, 2)],
  ['AVAX', coin(26.5, 0.9, 1, 3, 2)],
  ['DOT', coin(4.35, 0.8, 1, 4, 2)],
  ['UNI', coin(7.1, 0.9, 1, 3, 2)],
  ['ATOM', coin(4.6, 0.8, 1, 3, 2)],
  ['NEAR', coin(4.7, 0.9, 1, 3, 1)],
  ['SUI', coin(1.9, 1, 1, 4, 1)],
  ['AAVE', coin(148, 0.8, 1, 2, 3)],
  ['BCH', coin(345, 0.7, 1, 2, 3)],
  ['PEPE', coin(0.0000098, 1.1, 1, 8, 0)],
  ['USDT', currency(0.9998, 0.01)],
  ['USDC', currency(0.99995, 0.005)],
  ['USD', currency(1, 0)],
  ['EUR', currency(1.085, 0.06)],
  ['GBP', currency(1.27, 0.07)],
]);
