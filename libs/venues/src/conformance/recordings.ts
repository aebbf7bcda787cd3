import { captureLine, type CaptureLine } from '../capture';
import type { DecodedEvent } from '../events';
import type { Decoder, Venue } from '../venue';

/** What every venue's session fixture is decoded for; it must hold frames of one more symbol. */
export const SESSION_SYMBOLS: readonly string[] = ['BTC/USDT', 'ETH/USDT'];

/** A frame of a capture with where it came from. */
export type RecordedFrame = CaptureLine & { readonly frame: string };

/** The frames of a capture's text, one a line; every line must be one. */
export function framesOf(text: string): RecordedFrame[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => captureLine(line) as RecordedFrame);
}

/** The events of frames in their order, a decoder for each recorded connection; each comes with its frame. */
export function* decodeAll(
  venue: Venue,
  frames: Iterable<RecordedFrame>,
  symbols: readonly string[],
): Generator<{ event: DecodedEvent; frame: RecordedFrame }> {
  const decoders = new Map<string, Decoder>();
  for (const frame of frames) {
    const key = `${frame.source}:${frame.conn}`;
    const decoder = decoders.get(key) ?? venue.createDecoder(symbols);
    decoders.set(key, decoder);
    for (const event of decoder.decode(frame.frame, frame.recvMs ?? 0)) yield { event, frame };
  }
}

/**
 * BASE/QUOTE of every symbol that trades or quotes in the frames.
 * @param instrumentList the text of a recorded list of the venue's instruments, for spellings that join base and quote.
 */
export function symbolsIn(venue: Venue, frames: Iterable<RecordedFrame>, instrumentList: string): string[] {
  const natives = new Set<string>();
  for (const { event } of decodeAll(venue, frames, []))
    if (event.type === 'unlisted') natives.add(event.symbol);
  const listed = listedSymbols(instrumentList);
  return [...natives].flatMap(
    (native) => listed.get(native) ?? (/[-/]/.test(native) ? native.replace('-', '/') : []),
  );
}

function listedSymbols(instrumentList: string): Map<string, string> {
  const rows = JSON.parse(instrumentList) as Record<string, string>[];
  return new Map(
    rows.map((row) => {
      const base = row['baseAsset'] ?? row['baseCoin'] ?? row['base_currency_id'];
      const quote = row['quoteAsset'] ?? row['quoteCoin'] ?? row['quote_currency_id'];
      return [row['symbol'] ?? row['product_id'] ?? '', `${base}/${quote}`];
    }),
  );
}
