import { envField } from './env-field';
import type { EnvField, FieldOptions, FieldValue } from './env-field';
import { rememberSecret } from './secrets';

const WHOLE_NUMBER = /^-?\d{1,16}$/;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** A whole number. */
export function integer<const O extends FieldOptions<number> & { min?: number; max?: number; unit?: string }>(
  options: O,
): EnvField<FieldValue<number, O>> {
  const { min = 0, max = NO_LIMIT, unit = '' } = options;
  const bounds = max === NO_LIMIT ? `${min} or more` : `${min} to ${max}`;
  const span = max === NO_LIMIT ? `of ${min} or more` : `from ${min} to ${max}`;
  return envField(
    {
      range: unit === '' ? bounds : `${bounds} ${unit}`,
      mustBe: `a whole number ${unit === '' ? '' : `of ${unit} `}${span}`,
      read: (text) => {
        const value = WHOLE_NUMBER.test(text) ? Number(text) : Number.NaN;
        return value >= min && value <= max ? value : undefined;
      },
      write: String,
    },
    options,
  );
}

/** A TCP port; 0 takes any free one. */
export function port<const O extends FieldOptions<number>>(options: O): EnvField<FieldValue<number, O>> {
  return integer({ min: 0, max: 65_535, ...options });
}

/** A duration in milliseconds; 1 or more unless `min` says otherwise. */
export function milliseconds<const O extends FieldOptions<number> & { min?: number; max?: number }>(
  options: O,
): EnvField<FieldValue<number, O>> {
  return integer({ min: 1, max: 2_147_483_647, unit: 'ms', ...options });
}

/** A finite decimal number. */
export function decimal<const O extends FieldOptions<number> & { min: number; max: number }>(
  options: O,
): EnvField<FieldValue<number, O>> {
  const { min, max } = options;
  return envField(
    {
      range: `${min} to ${max}`,
      mustBe: `a number from ${min} to ${max}`,
      read: (text) => {
        const value = /^-?\d{1,16}(\.\d{1,16})?$/.test(text) ? Number(text) : Number.NaN;
        return value >= min && value <= max ? value : undefined;
      },
      write: String,
    },
    options,
  );
}

/** One of a closed set of words. */
export function choice<const V extends string, const O extends FieldOptions<V>>(
  values: readonly V[],
  options: O,
): EnvField<FieldValue<V, O>> {
  const range = values.join(', ');
  return envField<V, O>(
    {
      range,
      mustBe: `one of ${range}`,
      read: (text) => values.find((value) => value === text),
      write: String,
    },
    options,
  );
}

/** A comma list of words of a closed set, in the order in which they are given. */
export function choices<const V extends string, const O extends FieldOptions<readonly V[]>>(
  values: readonly V[],
  options: O,
): EnvField<FieldValue<readonly V[], O>> {
  const range = `a comma list of ${values.join(', ')}`;
  return envField<readonly V[], O>(
    {
      range,
      mustBe: range,
      read: (text) => {
        const words = [...new Set(text.split(',').map((word) => word.trim()))].filter((word) => word !== '');
        const known = words.flatMap((word) => values.find((value) => value === word) ?? []);
        return known.length > 0 && known.length === words.length ? known : undefined;
      },
      write: (words) => words.join(','),
    },
    options,
  );
}

/** Yes or no. */
export function flag<const O extends FieldOptions<boolean>>(options: O): EnvField<FieldValue<boolean, O>> {
  return envField(
    {
      range: 'true, false',
      mustBe: 'true or false',
      read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
      write: String,
    },
    options,
  );
}

/** A text; `pattern` (linear, anchored) and `what` (the end of 'must be ...') narrow it. */
export function text<
  const O extends FieldOptions<string> & { pattern?: RegExp; what?: string; max?: number },
>(options: O): EnvField<FieldValue<string, O>> {
  const { pattern, max = 1_024, what = `a text of at most ${max} characters` } = options;
  return envField(
    {
      range: what,
      mustBe: what,
      read: (value) => (value.length <= max && (pattern?.test(value) ?? true) ? value : undefined),
      write: String,
    },
    options,
  );
}

/** A comma list whose items `accepts` allows; spaces around the items and empty items are dropped, repeated items too. */
export function list<
  const O extends FieldOptions<readonly string[]> & {
    pattern?: RegExp;
    accepts?: (item: string) => boolean;
    what?: string;
    secret?: boolean;
  },
>(options: O): EnvField<FieldValue<readonly string[], O>> {
  const {
    pattern,
    accepts = (item) => pattern?.test(item) ?? true,
    what = 'a comma list',
    secret = false,
  } = options;
  return envField<readonly string[], O>(
    {
      range: what,
      mustBe: what,
      secret,
      read: (value) => {
        const items = [...new Set(value.split(',').map((item) => item.trim()))].filter((item) => item !== '');
        return items.length > 0 && items.every(accepts) ? items : undefined;
      },
      write: (items) => items.join(','),
    },
    options,
  );
}

/** An absolute URL whose scheme is one of `schemes` ('wss', 'https'); a secret when whoever knows it may use it. */
export function url<const O extends FieldOptions<string> & { schemes: readonly string[]; secret?: boolean }>(
  options: O,
): EnvField<FieldValue<string, O>> {
  const what = urlKind(options.schemes);
  return envField(
    {
      range: what,
      mustBe: what,
      secret: options.secret ?? false,
      read: (value) => {
        if (!isUrl(value, options.schemes)) return undefined;
        if (options.secret === true) rememberSecret(value);
        return value;
      },
      write: String,
    },
    options,
  );
}

/** A comma list of URLs that may hold passwords (AMQP_URLS): a secret. */
export function urlList<const O extends FieldOptions<readonly string[]> & { schemes: readonly string[] }>(
  options: O,
): EnvField<FieldValue<readonly string[], O>> {
  const what = `a comma list, each ${urlKind(options.schemes)}, a % in it written as %25`;
  return envField<readonly string[], O>(
    {
      range: what,
      mustBe: what,
      secret: true,
      read: (value) => {
        const items = value.split(',').map((item) => item.trim());
        if (!items.every((item) => isUrl(item, options.schemes))) return undefined;
        for (const item of items) {
          const password = decoded(new URL(item).password);
          if (password === null) return undefined;
          rememberSecret(password);
        }
        return items;
      },
      write: (items) => items.join(','),
    },
    options,
  );
}

/** A password or token: never printed, readable from the file that NAME_FILE names, hidden from every log line. */
export function secret<const O extends FieldOptions<string> & { minLength?: number }>(
  options: O,
): EnvField<FieldValue<string, O>> {
  const { minLength = 8 } = options;
  const what = `a text of ${minLength} to 4096 characters`;
  return envField(
    {
      range: what,
      mustBe: what,
      secret: true,
      read: (value) => {
        if (value.length < minLength || value.length > 4_096) return undefined;
        rememberSecret(value);
        return value;
      },
      write: String,
    },
    options,
  );
}

function urlKind(schemes: readonly string[]): string {
  return `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
}

/** The text without percent codes; null where a % begins none. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function isUrl(value: string, schemes: readonly string[]): boolean {
  return URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1));
}
