import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createInterface } from 'node:readline';
import type { Influx } from '@neuraltrade/infra';

/** Where an InfluxDB is reached. */
export type InfluxAccess = Pick<Influx, 'url' | 'token' | 'org' | 'bucket'>;

/** How a query that fails after it has begun to answer says so. */
const FAILURE = /^(,result,table,)?,?error,reference$/;

/**
 * Writes what a Flux query answers to a CSV file with one line of names in front. The answer is never in memory as a whole.
 * @returns the number of rows; with none the file is empty.
 * @throws Error with the server's words.
 */
export async function exportCsv(influx: InfluxAccess, flux: string, file: string): Promise<number> {
  const answer = await fetch(`${influx.url}/api/v2/query?org=${encodeURIComponent(influx.org)}`, {
    method: 'POST',
    headers: { authorization: `Token ${influx.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: flux, dialect: { header: true, delimiter: ',', annotations: [] } }),
  });
  if (!answer.ok || answer.body === null)
    throw new Error(`InfluxDB answers ${answer.status} to an export: ${(await answer.text()).slice(0, 400)}`);
  const out = createWriteStream(file);
  let names = '';
  let rows = 0;
  const body = Readable.fromWeb(answer.body as ReadableStream<Uint8Array>);
  for await (const line of createInterface({ input: body, crlfDelay: Infinity })) {
    if (line === '' || line === names) continue;
    if (FAILURE.test(line)) throw new Error(`InfluxDB gave up an export: ${flux}`);
    if (names === '') names = line;
    else rows += 1;
    if (!out.write(`${line}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return rows;
}
