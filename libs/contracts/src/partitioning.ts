const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const utf8 = new TextEncoder();

/** FNV-1a, 32 bit, of the text's UTF-8 bytes: an unsigned integer. Source: draft-eastlake-fnv, section 2. */
export function fnv1a32(text: string): number {
  let hash = FNV_OFFSET_BASIS;
  for (const byte of utf8.encode(text)) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

/** The partition, 0 to partitions - 1, that carries every raw record of one (exchange, symbol). */
export function partitionOf(exchange: string, symbol: string, partitions: number): number {
  return fnv1a32(`${exchange}:${symbol}`) % partitions;
}
