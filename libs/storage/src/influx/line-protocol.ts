import { PermanentError } from '@neuraltrade/contracts';

/** The latest instant whose nanoseconds a 64-bit integer holds, ms UTC: 2262-04-11T23:47:16.854Z. */
export const LAST_INSTANT = 9_223_372_036_854;

const TAG_SEPARATOR = /[,= ]/g;
const LONE_SURROGATE = /\p{Surrogate}/u;
const QUOTE_OR_BACKSLASH = /["\\]/g;

/**
 * A tag's value in line protocol. A comma, an equals sign and a space are escaped. What line protocol has no spelling for is
 * refused: nothing at all, control characters, and a backslash, which in front of a separator or at the end takes its escape
 * away or makes one.
 * @throws PermanentError
 */
export function tagValue(text: string): string {
  if (text === '' || text.includes('\\')) {
    throw refused(`The tag value ${JSON.stringify(text)} is empty or holds a backslash`);
  }
  refuseUnprintable(text);
  return text.replace(TAG_SEPARATOR, '\\$&');
}

/**
 * A string field in line protocol, quotes included. Refused are control characters, which a reader would not get back, and the
 * empty text: Flux hands the texts of a series out with those behind an empty one in the wrong rows.
 * @throws PermanentError
 */
export function stringField(text: string): string {
  if (text === '') throw refused('A text is empty');
  refuseUnprintable(text);
  return `"${text.replace(QUOTE_OR_BACKSLASH, '\\$&')}"`;
}

/** A float field: the digits that read back as the same double. @throws PermanentError for what is no finite number. */
export function floatField(value: number): string {
  if (!Number.isFinite(value)) throw refused(`${String(value)} is not a finite number`);
  return String(value);
}

/** An integer field. @throws PermanentError for what is no whole number that a double holds exactly. */
export function integerField(value: number): string {
  if (!Number.isSafeInteger(value)) throw refused(`${String(value)} is not a whole number`);
  return `${value}i`;
}

/** A boolean field. */
export function booleanField(value: boolean): string {
  return value ? 't' : 'f';
}

/**
 * A time in nanoseconds: a millisecond and up to six digits behind it, as text because a double cannot hold it.
 * @param slot 0 to 999,999: tells points of one millisecond apart.
 * @throws PermanentError for an instant that no time can hold.
 */
export function nanoseconds(instantMs: number, slot: string): string {
  if (!Number.isSafeInteger(instantMs) || instantMs < 0 || instantMs > LAST_INSTANT) {
    throw refused(`${String(instantMs)} is no instant in whole milliseconds from 1970 to 2262`);
  }
  return `${instantMs}${slot.padStart(6, '0')}`;
}

function refuseUnprintable(text: string): void {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) throw refused(`${JSON.stringify(text)} holds a control character`);
  }
  if (LONE_SURROGATE.test(text)) throw refused(`${JSON.stringify(text)} is no well-formed Unicode`);
}

function refused(fault: string): PermanentError {
  return new PermanentError('store-refused', `${fault}: not stored.`);
}
