import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import { answerText, requestFault, withDeadline } from '@neuraltrade/http';
import type { Instrument, Venue } from '@neuraltrade/venues';
import type { Fetch } from './rest-get';

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
    ({ response, body } = await withDeadline({ timeoutMs: TIMEOUT_MS }, async (signal) => {
      // What another host says is not the venue's list.
      const answer = await fetch(url, { signal, redirect: 'manual' });
      return { response: answer, body: await answerText(answer, host, MAX_BYTES) };
    }));
  } catch (error) {
    if (error instanceof RetryableError) throw error;
    throw new RetryableError(`${venue.title} cannot be reached at ${host} (${requestFault(error)})`);
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
