import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import { RestRefused, RestScheduler, systemTimers } from '@neuraltrade/exchange';
import { ExpectedError } from '@neuraltrade/service';
import type { Kline, KlinePage, KlineRange, RestRequest, Venue } from '@neuraltrade/venues';

/** A request that has failed for so long is given up, ms. */
const GIVE_UP_MS = 60_000;

/** The venue's candles, asked for within the venue's limits. */
export interface VenueCandles {
  /** All that it serves of a range, ascending. @throws ExpectedError with a sentence. */
  read(range: KlineRange): Promise<Kline[]>;
  /** Rows so far that could not be read. */
  refused(): number;
  /** Ends what is under way. */
  close(): void;
}

/**
 * The venue's candles by the same requests, waits and limits as an adapter's backfill.
 * @param say takes a sentence for people: an outage that is waited for, progress.
 */
export function venueCandles(venue: Venue, restUrl: string, say: (sentence: string) => void): VenueCandles {
  const { title, klines } = venue;
  const { host } = new URL(restUrl);
  const outage = (): void =>
    say(`${title} does not answer at ${host} as it should; trying again for a while.`);
  const rest = new RestScheduler({
    venue,
    restUrl,
    timers: systemTimers,
    random: Math.random,
    fetch,
    log: { info: () => undefined, warn: outage, error: outage },
    giveUpMs: GIVE_UP_MS,
  });
  let refused = 0;
  return {
    async read(range) {
      const found: Kline[] = [];
      let request = klines.firstRequest(range);
      while (request !== null) {
        const page = await fetchPage(rest, venue, host, range, request);
        refused += page.refused;
        // Kept as it is: a venue may serve one interval on two pages that meet.
        for (const kline of page.klines)
          if (kline.timestamp > (found.at(-1)?.timestamp ?? -1)) found.push(kline);
        request = page.next;
        if (request !== null) say(`${range.symbol}: ${found.length} candles of ${title} read`);
      }
      return found;
    },
    refused: () => refused,
    close: () => rest.stop(),
  };
}

async function fetchPage(
  rest: RestScheduler,
  { title, klines }: Venue,
  host: string,
  range: KlineRange,
  request: RestRequest,
): Promise<KlinePage> {
  try {
    return await rest.get(request, ({ body }) => klines.decode(range, request, body, systemTimers.now()));
  } catch (error) {
    if (error instanceof RestRefused)
      throw new ExpectedError(
        error.status === 0
          ? `${title} cannot be asked: ${error.message}.`
          : `${title} refused the request for candles of ${range.symbol} (it answered ${error.status}): is the symbol listed there?`,
      );
    if (error instanceof PermanentError) throw new ExpectedError(error.message);
    if (error instanceof RetryableError)
      throw new ExpectedError(
        `${title} gave no candles of ${range.symbol} for ${GIVE_UP_MS / 1_000} s (${error.message.replace(/\.$/, '')}): check the address ${host} and try again later.`,
      );
    throw error;
  }
}
