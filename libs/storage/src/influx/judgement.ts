import { HttpError } from '@influxdata/influxdb-client';
import { PermanentError } from '@neuraltrade/contracts';
import { retryAfterMs } from '@neuraltrade/http';
import { StoreUnavailableError } from '../store-errors';

/** The longest that a server's Retry-After is heeded, ms. */
const LONGEST_WAIT_MS = 300_000;
/** A batch of bad lines is answered with a sentence a line; this much of it is told. */
const MOST_CHARACTERS = 400;

/** Where a request went, for sentences. */
export interface InfluxPlace {
  /** Base URL, without credentials. */
  readonly url: string;
  /** Organisation. */
  readonly org: string;
  /** Bucket. */
  readonly bucket: string;
}

/**
 * What a failed request means. The client's own judgement is not asked: it gives up on some statuses that a person can cure,
 * and reads the seconds of Retry-After as milliseconds.
 * - 400, 413, 422: these points will never be taken as they are, PermanentError with the server's words;
 * - 401, 403, 404 and other 4xx: a person must act, nothing is given up;
 * - 408, 429, 5xx and everything below HTTP: later, and not before Retry-After.
 * @param now the present by our clock, ms UTC.
 */
export function judge(
  error: unknown,
  place: InfluxPlace,
  now: number,
): PermanentError | StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error;
  const where = `InfluxDB at ${place.url}`;
  if (!(error instanceof HttpError)) {
    const words = error instanceof Error ? error.message : String(error);
    return new StoreUnavailableError(`${where} cannot be reached: ${words}`, false, 0, { cause: error });
  }
  const { statusCode } = error;
  const words = wordsOf(error);
  const waits = (message: string, needsPerson: boolean): StoreUnavailableError =>
    new StoreUnavailableError(
      message,
      needsPerson,
      retryAfterMs(error.headers?.['retry-after'], now, LONGEST_WAIT_MS),
      {
        cause: error,
      },
    );
  // A query names its organisation in its body, so that this is what an unknown one is answered with.
  const unknownOrg = statusCode === 400 && /organization name .* not found/.test(words);
  switch (unknownOrg ? 404 : statusCode) {
    case 400:
    case 422:
      return new PermanentError('store-refused', `${where} refuses the points (${statusCode}): ${words}`);
    case 413:
      return new PermanentError('store-refused', `${where} finds the points too large (413): ${words}`);
    case 401:
      return waits(
        `${where} refuses the token (401): ${words}. Give INFLUX_TOKEN a valid one of organisation ${place.org}.`,
        true,
      );
    case 403:
      return waits(
        `${where} forbids it (403): ${words}. The token needs read and write access to bucket ${place.bucket}.`,
        true,
      );
    case 404:
      return waits(
        `${where} does not know it (${statusCode}): ${words}. Create organisation ${place.org} with bucket ${place.bucket}, or set INFLUX_ORG and INFLUX_BUCKET.`,
        true,
      );
    default:
      return waits(
        `${where} answers ${statusCode}: ${words}`,
        statusCode < 500 && statusCode !== 408 && statusCode !== 429,
      );
  }
}

function wordsOf(error: HttpError): string {
  const json: unknown = error.json;
  const message = typeof json === 'object' && json !== null && 'message' in json ? json.message : null;
  const words = typeof message === 'string' ? message : (error.body ?? error.statusMessage ?? '');
  return words.length > MOST_CHARACTERS ? `${words.slice(0, MOST_CHARACTERS)}...` : words || 'no reason told';
}
