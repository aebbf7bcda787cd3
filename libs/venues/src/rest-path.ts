/** A path with its query, every value percent-encoded, in the given order. */
export function restPath(path: string, query: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

/** One value of a path's query, decoded; null when it is not there. */
export function queryValue(path: string, name: string): string | null {
  const start = path.indexOf('?');
  return start < 0 ? null : new URLSearchParams(path.slice(start + 1)).get(name);
}
