/** Where a key takes the cursor in a list of `count` candles, from `at` (null = nowhere yet); null when the key means nothing. */
export function cursorAfter(key: string, at: number | null, count: number): number | null {
  if (count === 0) return null;
  const newest = count - 1;
  switch (key) {
    case 'ArrowLeft':
      return at === null ? newest : Math.max(0, at - 1);
    case 'ArrowRight':
      return at === null ? newest : Math.min(newest, at + 1);
    case 'PageUp':
      return Math.max(0, (at ?? newest) - 10);
    case 'PageDown':
      return Math.min(newest, (at ?? newest) + 10);
    case 'Home':
      return 0;
    case 'End':
      return newest;
    default:
      return null;
  }
}
