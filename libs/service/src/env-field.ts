import { z } from 'zod';
import { quote } from './sanitize';

/** The environment as the process got it: every value is text or absent. */
export type Env = Readonly<Record<string, string | undefined>>;

/** One environment variable: text in, value of type T out. Its metadata is what docs/config.md prints. */
export type EnvField<T> = z.ZodType<T, string | undefined>;

/** What every environment variable says about itself. */
export interface FieldOptions<T> {
  /** One sentence for docs/config.md: meaning and unit. */
  readonly description: string;
  /** The value when the variable is absent or empty. Without it, and without `optional`, the variable is required. */
  readonly default?: T;
  /** True: absent gives undefined. */
  readonly optional?: boolean;
}

/** T, or undefined too when the options say that the variable is optional. */
export type FieldValue<T, O> = O extends { readonly optional: true } ? T | undefined : T;

/** What a field's metadata holds beside zod's own `description`. */
export interface FieldMeta {
  /** The sentence of the field. */
  readonly description: string;
  /** The values that are accepted, for people: '0 to 65535'. */
  readonly range: string;
  /** The default as it would be written into the environment; '' when there is none. */
  readonly defaultText: string;
  /** Whether a start without it is refused. */
  readonly required: boolean;
  /** Whether it may be given as NAME_FILE and is kept out of logs and faults. */
  readonly secret: boolean;
}

/** How one kind of variable reads its text. */
export interface FieldKind<T> {
  /** Accepted values, for people. */
  readonly range: string;
  /** The value, or undefined when the text is not acceptable. */
  readonly read: (text: string) => T | undefined;
  /** The end of the sentence 'NAME must be ...', without the full stop. */
  readonly mustBe: string;
  /** How the default is written into the environment. */
  readonly write: (value: T) => string;
  /** Whether the value is kept out of logs and faults. */
  readonly secret?: boolean;
}

/** Builds a field of a kind; the functions in fields.ts are its usual callers. */
export function envField<T, O extends FieldOptions<T>>(
  kind: FieldKind<T>,
  options: O,
): EnvField<FieldValue<T, O>> {
  const { description, default: fallback, optional = false } = options;
  const meta: FieldMeta = {
    description,
    range: kind.range,
    defaultText: fallback === undefined ? '' : kind.write(fallback),
    required: fallback === undefined && !optional,
    secret: kind.secret ?? false,
  };
  const field = z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined || text === '') {
        if (meta.required) context.addIssue({ code: 'custom', message: `is required: ${description}` });
        return fallback as FieldValue<T, O>;
      }
      const value = kind.read(text.trim());
      if (value !== undefined) return value;
      const found = meta.secret ? '' : `, not ${quote(text)}`;
      context.addIssue({ code: 'custom', message: `must be ${kind.mustBe}${found}.` });
      return z.NEVER;
    });
  return field.meta({ ...meta });
}
