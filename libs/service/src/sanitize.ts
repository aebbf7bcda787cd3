/** What stands in a log line in place of a secret. */
export const REDACTED = '[redacted]';

const MAX_TEXT = 500;
const MAX_STACK = 4_000;
const MAX_DEPTH = 5;
const SECRET_KEY = /(token|password|secret|authorization|cookie|api[-_]?key)$/i;

/** A text cut to `limit` characters, with the number of characters that were left out. */
export function capText(text: string, limit = MAX_TEXT): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}... (${text.length - limit} more)`;
}

/** A foreign text for a sentence: quoted, at most 60 characters, control characters replaced. */
export function quote(text: string): string {
  return `'${capText(text, 60).replace(/\p{Cc}/gu, '?')}'`;
}

/** The fields of a log line with long texts cut and the values of secret-sounding keys replaced, at any depth. */
export function sanitizeFields(fields: Record<string, unknown>): Record<string, unknown> {
  return sanitizeObject(fields, 0);
}

/** An error for a log line: type, message, code, stack and cause, each cut to a bounded length. */
export function sanitizeError(error: Error): Record<string, unknown> {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return {
    type: error.name,
    message: capText(error.message),
    ...(code === undefined ? {} : { code: sanitizeValue(code, 0) }),
    ...(error.stack === undefined ? {} : { stack: capText(error.stack, MAX_STACK) }),
    ...(cause instanceof Error ? { cause: capText(cause.message) } : {}),
  };
}

function sanitizeObject(fields: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    clean[key] =
      SECRET_KEY.test(key) && value !== undefined && value !== null ? REDACTED : sanitizeValue(value, depth);
  }
  return clean;
}

function sanitizeValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return capText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return sanitizeError(value);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (depth >= MAX_DEPTH) return '(deeper)';
  if (Array.isArray(value)) return value.map((item: unknown) => sanitizeValue(item, depth + 1));
  return sanitizeObject(value, depth + 1);
}
