/** A JSON object from a client: nothing is known of its members. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value that a text is as JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The object that a client's message is; null when it is not JSON or no object. */
export function parseObject(text: string): JsonObject | null {
  return asObject(parseJson(text));
}

/** The value as an object; null for anything else. */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The value as a list of texts; null for anything else. */
export function asTexts(value: unknown): string[] | null {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : null;
}
