const due = new Set<() => void>();

/**
 * Calls `paint` at the next animation frame, once however often it is asked for until then. Everything that shows live data
 * goes through here, so that a burst of messages costs one drawing, and a page in the background none.
 */
export function atNextFrame(paint: () => void): void {
  if (due.size === 0) requestAnimationFrame(paintDue);
  due.add(paint);
}

function paintDue(): void {
  const paints = [...due];
  due.clear();
  for (const paint of paints) paint();
}
