import { answerText, requestFault } from '@neuraltrade/http';
import type { RecordedAnswer } from './capture-events';
import { type Fetch, MAX_ANSWER_BYTES } from './rest-get';

/** Headers that speak of the connection or of the sender, not of the answer. */
const PASSING: ReadonlySet<string> = new Set([
  'set-cookie',
  'connection',
  'keep-alive',
  'content-encoding',
  'content-length',
  'transfer-encoding',
]);
/** Statuses whose answers must have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** Sends a request and reads all of its answer; never rejects. */
export async function fetchAnswer(
  fetch: Fetch,
  url: string,
  init: Parameters<Fetch>[1],
): Promise<RecordedAnswer> {
  try {
    const response = await fetch(url, init);
    const headers = [...response.headers].filter(([name]) => !PASSING.has(name));
    const text = await answerText(response, new URL(url).host, MAX_ANSWER_BYTES);
    return { status: response.status, headers: Object.fromEntries(headers), text };
  } catch (error) {
    return { fault: requestFault(error) };
  }
}

/** The answer as a finished response: who reads it waits for nothing but promises. @throws Error for a fault. */
export function responseOf(answer: RecordedAnswer): Response {
  if ('fault' in answer) throw new Error(answer.fault);
  const { status, headers, text } = answer;
  return new Response(BODILESS.has(status) ? null : text, { status, headers });
}
