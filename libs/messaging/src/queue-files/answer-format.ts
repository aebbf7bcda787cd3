import { encodeRecord, stampRecord } from '../log/record-format';

/** An offset in a record of answers: a double holds every safe integer and costs no allocation to read or write. */
const OFFSET_BYTES = 8;

/** The path of the file of answers beside a file of messages. */
export function answersPath(messagesPath: string): string {
  return messagesPath + '.acks';
}

/** Lays the offsets of answered messages out as one record. */
export function encodeAnswers(offsets: readonly number[]): Buffer {
  const body = Buffer.allocUnsafe(offsets.length * OFFSET_BYTES);
  for (let i = 0; i < offsets.length; i++) body.writeDoubleBE(offsets[i] as number, i * OFFSET_BYTES);
  const record = encodeRecord({}, body);
  stampRecord(record, 0);
  return record;
}

/** Reads the offsets of one record's body. */
export function decodeAnswers(body: Buffer, onOffset: (offset: number) => void): void {
  for (let at = 0; at + OFFSET_BYTES <= body.length; at += OFFSET_BYTES) onOffset(body.readDoubleBE(at));
}
