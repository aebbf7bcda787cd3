import { invalidEvent } from './event-makers';
import type { DecodedEvent } from './events';
import type { JsonObject } from './json-value';
import { isObject } from './json-value';
import { readJson } from './read-json';
import type { Decoder } from './venue';

/**
 * A decoder that keeps the promises which hold for every venue: a frame that is too large, no JSON or no object is
 * invalid, and every frame gives at least one event.
 * @param maxFrameBytes frames above this many UTF-8 bytes are refused before they are parsed.
 * @param decodeBody the events of one object (or array); must not throw.
 */
export function frameDecoder(
  maxFrameBytes: number,
  decodeBody: (body: JsonObject, frame: string) => DecodedEvent[],
): Decoder {
  return {
    decode(frame: string): DecodedEvent[] {
      // A text's UTF-8 length lies between one and three bytes a code unit.
      if (frame.length * 3 > maxFrameBytes && Buffer.byteLength(frame) > maxFrameBytes)
        return [invalidEvent(`the frame is larger than ${maxFrameBytes} bytes`)];
      const body = readJson(frame);
      if (body === undefined) return [invalidEvent('the frame is no JSON')];
      if (!isObject(body)) return [invalidEvent('the frame is no JSON object')];
      const events = decodeBody(body, frame);
      return events.length === 0 ? [invalidEvent('the frame carries no rows')] : events;
    },
  };
}
