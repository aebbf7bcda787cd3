import { crc32 } from 'node:zlib';
import type { Headers } from '@neuraltrade/contracts';
import type { StoredLogRecord } from '../log-queue';

// A record on disk, big-endian: 4 bytes length of what follows the checksum, 4 bytes CRC-32 of that,
// then 8 bytes offset, 4 bytes length of the headers, the headers as JSON, the body.
const CHECKED_FROM = 8;
const HEADERS_FROM = 20;

/** Bytes from which a record's whole size can be told. */
export const RECORD_PREFIX_BYTES = 8;

/** A record read from a buffer. */
export interface ReadRecord<H = Headers> {
  /** What was read; its body shares the buffer's memory. */
  readonly record: Omit<StoredLogRecord, 'headers'> & { readonly headers: H };
  /** Position behind it. */
  readonly end: number;
}

/** Lays a record out as bytes; a copy, so that the caller may reuse its body. Its offset is stamped later. */
export function encodeRecord(headers: object, body: Buffer): Buffer {
  const text = Buffer.from(JSON.stringify(headers));
  const bytes = Buffer.allocUnsafe(HEADERS_FROM + text.length + body.length);
  bytes.writeUInt32BE(bytes.length - CHECKED_FROM, 0);
  bytes.writeUInt32BE(text.length, HEADERS_FROM - 4);
  text.copy(bytes, HEADERS_FROM);
  body.copy(bytes, HEADERS_FROM + text.length);
  return bytes;
}

/** Writes the offset and the checksum into an encoded record. */
export function stampRecord(bytes: Buffer, offset: number): void {
  bytes.writeBigUInt64BE(BigInt(offset), CHECKED_FROM);
  bytes.writeUInt32BE(crc32(bytes.subarray(CHECKED_FROM)), 4);
}

/** The size of the record that begins at a position; needs RECORD_PREFIX_BYTES there. */
export function recordSize(bytes: Buffer, at: number): number {
  return CHECKED_FROM + bytes.readUInt32BE(at);
}

/**
 * Reads the record that begins at a position: 'incomplete' when the buffer ends inside it, 'corrupt' when it is none.
 * The headers are what was encoded: the checksum vouches for that, the caller for their type.
 */
export function readRecord<H = Headers>(bytes: Buffer, at: number): ReadRecord<H> | 'incomplete' | 'corrupt' {
  if (bytes.length - at < RECORD_PREFIX_BYTES) return 'incomplete';
  const end = at + recordSize(bytes, at);
  // Zeros, as a file grown but not written may hold, would otherwise pass: the checksum of nothing is 0.
  if (end - at < HEADERS_FROM) return 'corrupt';
  if (end > bytes.length) return 'incomplete';
  if (crc32(bytes.subarray(at + CHECKED_FROM, end)) !== bytes.readUInt32BE(at + 4)) return 'corrupt';
  const bodyFrom = at + HEADERS_FROM + bytes.readUInt32BE(at + HEADERS_FROM - 4);
  const headers = JSON.parse(bytes.toString('utf8', at + HEADERS_FROM, bodyFrom)) as H;
  const offset = Number(bytes.readBigUInt64BE(at + CHECKED_FROM));
  return { record: { offset, headers, body: bytes.subarray(bodyFrom, end) }, end };
}
