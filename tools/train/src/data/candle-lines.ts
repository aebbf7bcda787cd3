import { createReadStream } from 'node:fs';
import { type Candle, recordFault } from '@neuraltrade/contracts';
import { ExpectedError, textLines } from '@neuraltrade/service';

const LONGEST_LINE = 4_096;

/**
 * Candles of a file with one Candle a line, as `npm run aggregate` prints them; those of other timeframes are passed over.
 * @throws ExpectedError naming the file and the first line that is none.
 */
export async function candleLines(file: string, timeframe: string): Promise<Candle[]> {
  const candles: Candle[] = [];
  try {
    for await (const lines of textLines(createReadStream(file), LONGEST_LINE)) {
      for (const { number, text } of lines) {
        if (text !== null && text.trim() === '') continue;
        const candle = readCandle(text ?? '', `${file}:${number}`);
        if (candle.timeframe === timeframe) candles.push(candle);
      }
    }
  } catch (error) {
    if (error instanceof ExpectedError) throw error;
    throw new ExpectedError(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
  }
  if (candles.length > 0) return candles;
  throw new ExpectedError(`${file} holds no ${timeframe} candles: make them with npm run aggregate.`);
}

function readCandle(text: string, place: string): Candle {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ExpectedError(
      `${place} is not JSON: each line holds one candle, as npm run aggregate prints it.`,
    );
  }
  const fault = recordFault('candles', value);
  if (fault === null) return value as Candle;
  throw new ExpectedError(`${place} is no candle: ${fault}.`);
}
