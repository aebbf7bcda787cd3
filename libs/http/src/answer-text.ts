import { RetryableError } from '@neuraltrade/contracts';

/**
 * An answer's text, read no further than it may be long.
 * @param host who answers, for the sentence.
 * @throws RetryableError when it is longer; what the connection throws when it breaks off.
 */
export async function answerText(response: Response, host: string, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new RetryableError(`${host} answered with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
