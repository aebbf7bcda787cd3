import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { ExpectedError } from '@neuraltrade/service';
import { FEATURES } from '@neuraltrade/strategies';
import type { Example } from '../data/dataset';

/**
 * Writes examples as CSV: exchange, symbol, when the features and the label were known (ms UTC), the features in the order of the
 * schema, and the label. @throws ExpectedError when the file cannot be written.
 */
export async function writeExamples(file: string, examples: readonly Example[]): Promise<void> {
  const stream = createWriteStream(file);
  const done = finished(stream);
  done.catch(() => undefined);
  try {
    stream.write(
      `${['exchange', 'symbol', 'knownAt', 'labelAt', ...FEATURES.map(({ name }) => name), 'label'].join()}\n`,
    );
    for (const { row, knownAt, labelAt, label } of examples) {
      const { exchange, symbol } = row.candle;
      const line = `${[exchange, symbol, knownAt, labelAt, ...row.values, label].join()}\n`;
      if (!stream.write(line)) await Promise.race([once(stream, 'drain'), done]);
    }
    stream.end();
    await done;
  } catch (error) {
    throw new ExpectedError(
      `${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
  }
}
