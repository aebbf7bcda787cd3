const DIGITS = 6;

/** The same figures with six digits behind the point: more is not known, and it would differ between machines. */
export function rounded<T>(figures: T): T {
  if (typeof figures === 'number') return Number(figures.toFixed(DIGITS)) as T;
  if (Array.isArray(figures)) return figures.map((figure: unknown) => rounded(figure)) as T;
  if (typeof figures !== 'object' || figures === null) return figures;
  return Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, rounded(figure as unknown)]),
  ) as T;
}
