import type { Decoder, Venue } from '@neuraltrade/venues';

const NAMED_SYMBOLS = 5;

/** Frames of a replay that hold data of symbols which were not asked for. */
export interface UnlistedFrames {
  /** How many frames hold nothing else. */
  readonly frames: number;
  /** The first few of those symbols as the venue spells them. */
  readonly symbols: readonly string[];
}

/** Counts what the decoders of one venue call unlisted. */
export class UnlistedTally {
  /** The venue with decoders that are counted. */
  readonly venue: Venue;
  readonly #symbols = new Set<string>();
  #frames = 0;

  /** @param venue the venue; it is left as it is. */
  constructor(venue: Venue) {
    this.venue = {
      ...venue,
      createDecoder: (symbols, options) => this.#counted(venue.createDecoder(symbols, options)),
    };
  }

  /** What was counted. */
  figures(): UnlistedFrames {
    return { frames: this.#frames, symbols: [...this.#symbols] };
  }

  #counted(decoder: Decoder): Decoder {
    return {
      decode: (frame, receivedAt) => {
        const events = decoder.decode(frame, receivedAt);
        let unlisted = 0;
        for (const event of events) {
          if (event.type !== 'unlisted') continue;
          unlisted += 1;
          if (this.#symbols.size < NAMED_SYMBOLS) this.#symbols.add(event.symbol);
        }
        if (unlisted === events.length) this.#frames += 1;
        return events;
      },
    };
  }
}
