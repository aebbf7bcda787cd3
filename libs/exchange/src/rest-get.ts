import { RetryableError } from '@neuraltrade/contracts';
import { answerText, requestFault, withDeadline } from '@neuraltrade/http';

/** Time for one answer, ms. */
const TIMEOUT_MS = 10_000;
/** A page of 1,000 trades is a quarter of a megabyte at most venues; more than this is no page. */
export const MAX_ANSWER_BYTES = 8_388_608;

/** The part of the global fetch that is used here. */
export type Fetch = (url: string, init: { signal: AbortSignal; redirect?: 'manual' }) => Promise<Response>;

/** A venue's answer to a GET request. */
export interface RestAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Headers, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The text. */
  readonly body: string;
}

/** The venue gave a definite no: asking again changes nothing. */
export class RestRefused extends Error {
  override readonly name = 'RestRefused';

  /**
   * @param status HTTP status; 0 when the request was not sent.
   * @param message a sentence's part that names the fault.
   */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * One GET request to the configured host, whatever the path says; redirects are not followed.
 * @throws RestRefused when the path leads to another host; RetryableError when no usable answer came.
 */
export async function restGet(
  restUrl: string,
  path: string,
  fetch: Fetch,
  stop: AbortSignal,
): Promise<RestAnswer> {
  const { origin, host } = new URL(restUrl);
  const url = new URL(restUrl.replace(/\/+$/, '') + path);
  if (url.origin !== origin) throw new RestRefused(0, `the request would leave ${host} for ${url.host}`);
  try {
    return await withDeadline({ timeoutMs: TIMEOUT_MS, stop }, async (signal) => {
      const response = await fetch(url.href, { signal, redirect: 'manual' });
      const headers = Object.fromEntries(response.headers);
      return { status: response.status, headers, body: await answerText(response, host, MAX_ANSWER_BYTES) };
    });
  } catch (error) {
    if (error instanceof RetryableError) throw error;
    throw new RetryableError(`${host} cannot be reached (${requestFault(error)})`);
  }
}
