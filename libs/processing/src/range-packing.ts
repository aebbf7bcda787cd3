/** Bytes that one range can take: two numbers of up to 54 bits, seven bits a byte. */
const MAX_BYTES_PER_RANGE = 16;

/**
 * Ascending ranges as base64 text of small numbers: for each range its distance from the end of the previous one,
 * doubled, plus 1 when a length follows; then, if it has more than one member, its length less one. A venue that skips
 * a few ids at a time so takes one or two bytes a range.
 */
export function packRanges(starts: readonly number[], ends: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(starts.length * MAX_BYTES_PER_RANGE);
  let offset = 0;
  let previousEnd = 0;
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] as number;
    const end = ends[index] as number;
    const long = end > start;
    offset = writeNumber(bytes, offset, (start - previousEnd) * 2 + (long ? 1 : 0));
    if (long) offset = writeNumber(bytes, offset, end - start);
    previousEnd = end;
  }
  return bytes.toString('base64', 0, offset);
}

/** The ranges that {@link packRanges} wrote. */
export function unpackRanges(text: string): { starts: number[]; ends: number[] } {
  const bytes = Buffer.from(text, 'base64');
  const starts: number[] = [];
  const ends: number[] = [];
  let offset = 0;
  let previousEnd = 0;
  const readNumber = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[offset++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  };
  while (offset < bytes.length) {
    const head = readNumber();
    const start = previousEnd + Math.floor(head / 2);
    previousEnd = head % 2 === 1 ? start + readNumber() : start;
    starts.push(start);
    ends.push(previousEnd);
  }
  return { starts, ends };
}

function writeNumber(bytes: Buffer, at: number, value: number): number {
  let offset = at;
  let rest = value;
  while (rest >= 0x80) {
    bytes[offset++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[offset++] = rest;
  return offset;
}
