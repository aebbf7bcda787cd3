import type { TextLine } from '@neuraltrade/service';
import { captureLine, type DecodedEvent, type Decoder } from '@neuraltrade/venues';
import type { DecodeRequest } from './arguments';
import { eventLine } from './event-line';

/** What has been read and found so far. */
export interface Tally {
  /** Input lines read; blank ones are none. */
  lines: number;
  /** Lines of another exchange. */
  otherVenues: number;
  /** Lines that are no frame (connection events of a capture). */
  captureEvents: number;
  /** Events by kind. */
  readonly events: Record<DecodedEvent['type'], number>;
}

/** Decodes input lines in order; each recorded connection has a decoder of its own. */
export class LineDecoder {
  /** Counts for the summary. */
  readonly tally: Tally = {
    lines: 0,
    otherVenues: 0,
    captureEvents: 0,
    events: { trade: 0, quote: 0, control: 0, refused: 0, unknown: 0, invalid: 0, unlisted: 0 },
  };
  private readonly decoders = new Map<string, Decoder>();

  constructor(private readonly request: DecodeRequest) {}

  /** The output lines of one input line, each ended by a line feed; empty for a line that is skipped. */
  decode({ number, text }: TextLine): string {
    if (text !== null && text.trim() === '') return '';
    this.tally.lines++;
    let output = '';
    for (const event of this.events(text)) {
      this.tally.events[event.type]++;
      output += `${eventLine(number, event)}\n`;
    }
    return output;
  }

  private events(text: string | null): readonly DecodedEvent[] {
    if (text === null) return [{ type: 'invalid', reason: 'the line is too long to be a frame' }];
    const line = captureLine(text);
    if (line === null) return [{ type: 'invalid', reason: 'the line is no JSON' }];
    if (line.venue !== null && line.venue !== this.request.venue.name) {
      this.tally.otherVenues++;
      return [];
    }
    if (line.frame === null) {
      this.tally.captureEvents++;
      return [];
    }
    return this.decoderOf(line.source, line.conn).decode(line.frame, line.recvMs ?? 0);
  }

  private decoderOf(source: string | null, conn: string | null): Decoder {
    const key = JSON.stringify([source, conn]);
    const known = this.decoders.get(key);
    if (known !== undefined) return known;
    const { venue, symbols, webSocketUrl } = this.request;
    const decoder = venue.createDecoder(symbols, webSocketUrl === undefined ? {} : { webSocketUrl });
    // A capture of very many connections forgets the one that began first.
    const [oldest] = this.decoders.keys();
    if (this.decoders.size >= MAX_DECODERS && oldest !== undefined) this.decoders.delete(oldest);
    this.decoders.set(key, decoder);
    return decoder;
  }
}

const MAX_DECODERS = 1_000;

/** The summary of a run. */
export function summary({ lines, otherVenues, captureEvents, events }: Tally): string {
  const kinds = Object.entries(events).map(([kind, count]) => `${count} ${kind}`);
  return `${lines} lines: ${kinds.join(', ')}; skipped: ${otherVenues} of other exchanges, ${captureEvents} capture events\n`;
}
