import type { ServerResponse } from 'node:http';
import type { HttpError } from '../page/protocol';

/** An HTTP answer that is not the wanted one, as a status, a short code and a plain sentence. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault';

  /**
   * @param status 4xx or 5xx.
   * @param code a short code for programs.
   * @param message a sentence for people.
   * @param headers more headers.
   */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Sets on every answer what keeps foreign code, frames and readers away. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
}

/** Answers with JSON that nobody may keep. Node leaves the body out of an answer to HEAD. */
export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': text.length,
    'cache-control': 'no-store',
  });
  response.end(text);
}

/** Answers with an error body. */
export function answerFault(response: ServerResponse, fault: HttpFault): void {
  for (const [name, value] of Object.entries(fault.headers)) response.setHeader(name, value);
  const body: HttpError = { error: { code: fault.code, message: fault.message } };
  answerJson(response, fault.status, body);
}
