import { z } from 'zod';
import { unpackTrades } from './packed-trades';

const integer = z.int().nonnegative();
const positive = z.int().positive();
const word32 = z.int().min(0).max(0xffffffff);

/** The newest trades of an instrument, packed; at least one. */
const packedTrades = z.string().refine(
  (text) => {
    try {
      return unpackTrades(text).length > 0;
    } catch {
      return false;
    }
  },
  { error: 'the list of trades is damaged' },
);

const savedInstrument = z.strictObject({
  venue: z.string(),
  symbol: z.string(),
  priceDecimals: integer,
  sizeDecimals: integer,
  bid: positive,
  bidSize: positive,
  ask: positive,
  askSize: positive,
  bookTimeUs: integer,
  changeId: integer,
  sequence: integer,
  nextTradeId: integer,
  offset: z.number(),
  totalVolume: z.number().nonnegative(),
  day: z.strictObject({
    day: integer,
    open: positive,
    high: positive,
    low: positive,
    volume: z.number().nonnegative(),
    notional: z.number().nonnegative(),
    trades: integer,
  }),
  trades: packedTrades,
});

const savedFairPrice = z.strictObject({ asset: z.string(), usd: z.number().positive(), timeUs: integer });

const savedMarket = z.strictObject({
  version: z.literal(2),
  clean: z.boolean(),
  tradesPerSecond: z.number().positive(),
  seed: z.int(),
  timeUs: integer,
  nextEventUs: integer,
  random: z.tuple([word32, word32, word32, word32]),
  fair: z.array(savedFairPrice),
  instruments: z.array(savedInstrument),
});

/**
 * A market that was put aside: JSON-able, and enough to go on with its prices, ids, time and chance. `clean` says that
 * nothing happened after it was saved; without it the market may have traded on at `tradesPerSecond`.
 */
export type SavedMarket = z.infer<typeof savedMarket>;
/** One instrument of a saved market. */
export type SavedInstrument = z.infer<typeof savedInstrument>;
/** One asset's dollar price in a saved market and when it was true, microseconds UTC. */
export type SavedFairPrice = z.infer<typeof savedFairPrice>;

/**
 * Reads the JSON text of a saved market.
 * @throws Error with a plain sentence when the text is no saved market of this version.
 */
export function parseSavedMarket(text: string): SavedMarket {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('The saved market is not JSON; remove it to begin a new market.');
  }
  const result = savedMarket.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Error(
    `The saved market cannot be read (${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown fault'}); ` +
      'remove it to begin a new market.',
  );
}
