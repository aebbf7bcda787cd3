const PREFIX = 'neuraltrade.';

/** A text that this browser keeps for us; null when it has none, or keeps nothing for anybody. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Has the browser keep a text for the next visit, where it does so at all. */
export function remember(name: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {
    // A browser that keeps nothing only forgets.
  }
}
