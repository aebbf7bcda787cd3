/** A line of line protocol as a reader of the documented grammar sees it. */
export interface ParsedLine {
  /** The measurement. */
  readonly measurement: string;
  /** Tags by name, their values without escapes. */
  readonly tags: Readonly<Record<string, string>>;
  /** Fields by name as they are written, texts without quotes and escapes. */
  readonly fields: Readonly<Record<string, string>>;
  /** The time, ns. */
  readonly time: string;
}

/** Reads one line by the grammar of line protocol, escapes included. @throws Error for what is no single line. */
export function parseLine(line: string): ParsedLine {
  if (/[\r\n]/.test(line)) throw new Error('more than one line');
  const [head = '', body = '', time = '', ...more] = split(line, ' ', 1);
  if (more.length > 0 || !/^\d{7,19}$/.test(time)) throw new Error(`no time at the end of ${line}`);
  const [measurement = '', ...tags] = split(head, ',', Infinity);
  return {
    measurement,
    tags: Object.fromEntries(tags.map((tag) => pair(tag).map(unescaped))) as Record<string, string>,
    fields: Object.fromEntries(split(body, ',', 0).map(fieldOf)) as Record<string, string>,
    time,
  };
}

function fieldOf(text: string): string[] {
  const [name, value] = pair(text);
  if (!value.startsWith('"')) return [unescaped(name), value];
  if (!/^"(?:[^"\\]|\\["\\])*"$/.test(value)) throw new Error(`${value} is no text`);
  return [unescaped(name), value.slice(1, -1).replace(/\\(["\\])/g, '$1')];
}

function pair(text: string): [string, string] {
  const [name = '', ...values] = split(text, '=', Infinity);
  return [name, values.join('=')];
}

/** The parts between separators that are neither escaped nor, from the part `quotesFrom` on, within quotes. */
function split(text: string, separator: string, quotesFrom: number): string[] {
  const parts: string[] = [''];
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] as string;
    if (character === '\\') {
      parts.push((parts.pop() ?? '') + character + (text[index + 1] ?? ''));
      index += 1;
      continue;
    }
    // A quote counts only where the value of a field may begin or end.
    const counts = parts.length > quotesFrom && (quoted || text[index - 1] === '=');
    if (character === '"' && counts) quoted = !quoted;
    if (character === separator && !quoted) parts.push('');
    else parts.push((parts.pop() ?? '') + character);
  }
  return parts;
}

function unescaped(text: string): string {
  return text.replace(/\\([,= ])/g, '$1');
}
