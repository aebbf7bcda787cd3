/** An endless sequence of even draws from [0, 1) that depends on nothing but its seed, a whole number below 2^32. */
export function seededRandom(seed: number): () => number {
  // A state of zero would stay zero.
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
