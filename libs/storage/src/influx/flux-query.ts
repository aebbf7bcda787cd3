import { fluxDateTime, fluxInteger, fluxString, toFluxValue } from '@influxdata/influxdb-client';
import { LAST_INSTANT } from './line-protocol';

/** A value that a query file names. */
export type FluxParameter = string | { readonly instantMs: number } | { readonly integer: number };

const NAME = /^[a-z_]+$/;
const IMPORTS = /^(?:(?:\/\/.*|import "[a-z/]+"|)\n)*/;

/**
 * A query file with its names set. Each value becomes a literal that the client escapes, in a definition of its own in front
 * of the file's text (imports aside, which must stand first), so that no value is ever read as Flux.
 * @throws RangeError for a name that is no Flux name.
 */
export function fluxQuery(file: string, parameters: Readonly<Record<string, FluxParameter>>): string {
  const head = IMPORTS.exec(file)?.[0] ?? '';
  const definitions = Object.entries(parameters).map(([name, value]) => {
    if (!NAME.test(name)) throw new RangeError(`${name} is no Flux name`);
    return `${name} = ${literal(value)}\n`;
  });
  return `${head}${definitions.join('')}${file.slice(head.length)}`;
}

/** An instant as a parameter; one that no point can have is taken for the nearest that one can. */
export function instant(ms: number): FluxParameter {
  return { instantMs: Math.min(LAST_INSTANT, Math.max(0, ms)) };
}

function literal(value: FluxParameter): string {
  if (typeof value === 'string') return toFluxValue(fluxString(value));
  if ('integer' in value) return toFluxValue(fluxInteger(value.integer));
  return toFluxValue(fluxDateTime(new Date(value.instantMs).toISOString()));
}
