/** A parsed JSON object (or array) whose fields nobody has checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether the value is an object or an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

/** Whether the value is an array; its items are unchecked. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The text itself, or an empty text for anything that is no text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A value from a venue for use in a sentence: texts quoted and cut to 40 characters, structures by their kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined) return 'nothing';
  return value === null ? 'null' : isList(value) ? 'a list' : 'an object';
}

const MAX_SHOWN = 40;
