import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import type { Instrument, Venue } from '@neuraltrade/venues';
import { cappedText, type Fetch, faultOf } from './rest-get';

const TIMEOUT_MS = 10_000;
/** The longest list, of thousands of symbols with all their rules, is a third of it. */
const MAX_BYTES = 67_108_864;

/**
 * Fetches a venue's list of symbols.
 * @throws RetryableError with a sentence for people when the venue cannot be reached or does not answer with a list.
 */
export async function fetchInstruments(venue: Venue, restUrl: string, fetch: Fetch): Promise<Instrument[]> {
  const { host } = new URL(restUrl);
  const url = restUrl.replace(/\/+$/, '') + venue.instruments.request().path;
  let response: Response;
  let body: string;
  try {
    // What another host says is not the venue's list.
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' });
    body = await cappedText(response, host, MAX_BYTES);
  } catch (error) {
    if (error instanceof RetryableError) throw error;
    throw new RetryableError(`${venue.title} cannot be reached at ${host} (${faultOf(error)})`);
  }
  if (!response.ok) throw new RetryableError(`${venue.title} at ${host} answered ${response.status}`);
  try {
    return venue.instruments.decode(body);
  } catch (error) {
    if (!(error instanceof PermanentError || error instanceof RetryableError)) throw error;
    throw new RetryableError(
      `${venue.title} at ${host} did not answer with its list of symbols: ${error.message}`,
    );
  }
}
