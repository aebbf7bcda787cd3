import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Env, FieldMeta } from './env-field';
import { ConfigError } from './expected-error';
import { quote } from './sanitize';

/** An environment variable as docs/config.md prints it. */
export interface ConfigVariable extends FieldMeta {
  /** Its name. */
  readonly name: string;
}

/**
 * Reads the variables that the schema names from an environment; empty ones count as absent. A secret X may instead be
 * given as X_FILE, the path of a file that holds it (one trailing line break is dropped).
 * @throws ConfigError with one sentence for each fault, all of them at once.
 */
export function parseConfig<S extends z.ZodType>(schema: S, env: Env): z.output<S> {
  const faults: string[] = [];
  const input: Record<string, string> = {};
  for (const { name, secret } of describeConfig(schema)) {
    const value = secret ? readSecret(name, env, faults) : env[name];
    if (value !== undefined && value !== '') input[name] = value;
  }
  const parsed = schema.safeParse(input);
  if (parsed.success && faults.length === 0) return parsed.data;
  const unread = new Set(faults.map((fault) => fault.split('_FILE ', 1)[0]));
  for (const issue of parsed.error?.issues ?? []) {
    // A secret whose file could not be read is also "required": that second sentence would only confuse.
    if (!unread.has(String(issue.path[0]))) faults.push(sentence(issue));
  }
  throw new ConfigError(faults);
}

/**
 * What several parses return, by their names.
 * @throws ConfigError with the faults of all of them, each once.
 */
export function parseTogether<P extends Readonly<Record<string, () => unknown>>>(
  parses: P,
): { [K in keyof P]: ReturnType<P[K]> } {
  const faults = new Set<string>();
  const results: Record<string, unknown> = {};
  for (const [name, parse] of Object.entries(parses)) {
    try {
      results[name] = parse();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const fault of error.faults) faults.add(fault);
    }
  }
  if (faults.size > 0) throw new ConfigError([...faults]);
  return results as { [K in keyof P]: ReturnType<P[K]> };
}

/** Every variable that a schema reads, in its order. */
export function describeConfig(schema: z.ZodType): ConfigVariable[] {
  return Object.entries(shapeOf(schema)).map(([name, field]) => {
    const meta = field.meta() as Partial<FieldMeta> | undefined;
    const absent = field.safeParse(undefined);
    return {
      name,
      description: meta?.description ?? '',
      range: meta?.range ?? '',
      defaultText: meta?.defaultText ?? (absent.success ? plainText(absent.data) : ''),
      required: meta?.required ?? !absent.success,
      secret: meta?.secret ?? false,
    };
  });
}

function plainText(value: unknown): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (schema instanceof z.ZodPipe) return shapeOf(schema.in as z.ZodType);
  throw new TypeError('A configuration schema is a z.object of environment variables.');
}

function readSecret(name: string, env: Env, faults: string[]): string | undefined {
  const value = env[name];
  const file = env[`${name}_FILE`];
  if (file === undefined || file === '') return value;
  if (value !== undefined && value !== '') {
    faults.push(`${name}_FILE and ${name} are both set: keep one of them.`);
    return undefined;
  }
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    faults.push(`${name}_FILE names the file ${quote(file)}, which cannot be read (${code}).`);
    return undefined;
  }
}

function sentence(issue: z.core.$ZodIssue): string {
  const name = issue.path.join('.');
  if (issue.code === 'custom') return name === '' ? issue.message : `${name} ${issue.message}`;
  return `${name === '' ? 'The configuration' : name} is not valid: ${issue.message}.`;
}
