import { endOfString } from './json-text';

/**
 * Parses JSON without losing a digit: a number that a double is sure to hold (15 significant digits or fewer) comes as
 * a number, a longer one, or one with a three-digit negative exponent, as its own text. Undefined when the text is no
 * JSON. The common frame has no such number and costs one search beside the built-in parser.
 */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(LONG_NUMBER.test(text) ? quoteLongNumbers(text) : text) as unknown;
  } catch {
    return undefined;
  }
}

/** A number token of 16 characters or more, or a tiny one, where a value may begin; may also match inside a string. */
const LONG_NUMBER = /[:,[]\s*-?\d(?:[\d.eE+-]{15}|[\d.]*[eE]-\d{3})/;

const STRING_OR_NUMBER = /"|-?\d[\d.eE+-]*/g;
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const TINY = /[eE]-\d{3}/;

function quoteLongNumbers(text: string): string {
  let result = '';
  let copied = 0;
  STRING_OR_NUMBER.lastIndex = 0;
  for (let match; (match = STRING_OR_NUMBER.exec(text)) !== null;) {
    const token = match[0];
    if (token === '"') {
      STRING_OR_NUMBER.lastIndex = endOfString(text, match.index);
    } else if ((token.length > 15 || TINY.test(token)) && JSON_NUMBER.test(token)) {
      // A malformed token stays as it is, so that the parser refuses the whole text.
      result += `${text.slice(copied, match.index)}"${token}"`;
      copied = match.index + token.length;
    }
  }
  return result + text.slice(copied);
}
