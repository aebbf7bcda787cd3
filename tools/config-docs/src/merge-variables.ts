import type { ConfigVariable } from '@neuraltrade/service';

/** The variables of one variant of a service. */
export interface Variant {
  /** Which variant: a venue's title. */
  readonly of: string;
  /** What it reads. */
  readonly variables: readonly ConfigVariable[];
}

/**
 * The variables of all variants, each name once, in the order of the first variant that has it. Where variants have
 * different defaults, the default text names them all: 'Binance 20000, Kraken 10000'.
 */
export function mergeVariables(variants: readonly Variant[]): ConfigVariable[] {
  const byName = new Map<string, { variable: ConfigVariable; defaults: Map<string, string[]> }>();
  for (const { of, variables } of variants) {
    for (const variable of variables) {
      const entry = byName.get(variable.name) ?? { variable, defaults: new Map<string, string[]>() };
      const sharers = entry.defaults.get(variable.defaultText) ?? [];
      entry.defaults.set(variable.defaultText, [...sharers, of]);
      byName.set(variable.name, entry);
    }
  }
  return [...byName.values()].map(({ variable, defaults }) =>
    defaults.size === 1
      ? variable
      : {
          ...variable,
          defaultText: [...defaults]
            .map(([text, sharers]) => `${sharers.join(', ')}: ${text || 'none'}`)
            .join('; '),
        },
  );
}
