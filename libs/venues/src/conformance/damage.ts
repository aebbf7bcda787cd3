/** One damage to a frame; every field is a choice that a random source makes. */
export interface Damage {
  /** What happens: cut off, a character changed, a part lost or repeated, or a token exchanged. */
  readonly kind: (typeof DAMAGE_KINDS)[number];
  /** Where, as a share of the frame: 0 is its beginning, below 1. */
  readonly where: number;
  /** Length of a lost or repeated part, characters. */
  readonly length: number;
  /** What takes the place of a token. */
  readonly value: string;
  /** What takes the place of a character. */
  readonly character: string;
}

/** The kinds of damage; exchanges count more, since they leave the frame well-formed. */
export const DAMAGE_KINDS = [
  'truncate',
  'change',
  'lose',
  'repeat',
  'exchange',
  'exchange',
  'exchange',
] as const;

/** Values that feeds have sent, or might, where a number or a text belongs. */
export const NASTY_VALUES: readonly string[] = [
  ...[
    '0',
    '-1',
    '-0.0',
    '1e400',
    '1e-400',
    '9007199254740993',
    '123456789012345678901234567890',
    '0.1e',
    '01',
  ],
  ...['""', '"NaN"', '"1.5abc"', '"0.-10000"', '"1e400"', '"Infinity"', '"-5"', '"0"', '1.5', 'true', 'null'],
  ...['"__proto__"', '"constructor"', '"0001-01-01T00:00:00Z"', '"2026-13-01T00:00:00Z"'],
  ...['[]', '{}', '[[]]', '{"a":1}'],
];

/** Characters that matter to JSON, to numbers or to UTF-16. */
export const NASTY_CHARACTERS: readonly string[] = [...'"{}[],:0-e.\\x\u0000\ud800'];

/** The frame after the damage. */
export function damaged(frame: string, { kind, where, length, value, character }: Damage): string {
  const at = Math.floor(where * frame.length);
  switch (kind) {
    case 'truncate':
      return frame.slice(0, at);
    case 'change':
      return frame.slice(0, at) + character + frame.slice(at + 1);
    case 'lose':
      return frame.slice(0, at) + frame.slice(at + length);
    case 'repeat':
      return frame.slice(0, at + length) + frame.slice(at);
    case 'exchange':
      return exchanged(frame, where, value);
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/g;

function exchanged(frame: string, where: number, value: string): string {
  const tokens = [...frame.matchAll(TOKEN)];
  const token = tokens[Math.floor(where * tokens.length)];
  return token === undefined
    ? frame
    : frame.slice(0, token.index) + value + frame.slice(token.index + token[0].length);
}
