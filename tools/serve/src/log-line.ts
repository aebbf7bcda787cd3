/** Levels that a reader must not overlook. */
const LOUD = new Set(['warn', 'error', 'fatal']);
/** Fields that every line has or that the line shows by other means. */
const SHOWN_OTHERWISE = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'v']);
const LONGEST_FIELD = 300;

/**
 * A service's line for people: time, service, level, message, then the remaining fields as key=value. A line that is no JSON
 * log line is shown as it came.
 * @param service whose line it is, padded by the caller.
 */
export function readableLine(service: string, line: string): string {
  const record = logRecord(line);
  if (record === null) return `${' '.repeat(12)} ${service} ${line}`;
  const { level, time, msg } = record;
  const fields = Object.entries(record)
    .filter(([key]) => !SHOWN_OTHERWISE.has(key))
    .map(([key, value]) => `${key}=${short(value)}`);
  const word = LOUD.has(level) ? level.toUpperCase() : level;
  return [clockText(time), service, word.padEnd(5), msg, ...fields].join(' ').trimEnd();
}

interface LogRecord extends Readonly<Record<string, unknown>> {
  readonly level: string;
  readonly msg: string;
}

function logRecord(line: string): LogRecord | null {
  if (!line.startsWith('{')) return null;
  try {
    const value = JSON.parse(line) as LogRecord;
    return typeof value.level === 'string' && typeof value.msg === 'string' ? value : null;
  } catch {
    return null;
  }
}

function clockText(time: unknown): string {
  const date = new Date(typeof time === 'number' || typeof time === 'string' ? time : Number.NaN);
  return Number.isNaN(date.getTime()) ? ' '.repeat(12) : date.toISOString().slice(11, 23);
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_FIELD ? `${text.slice(0, LONGEST_FIELD)}…` : text;
}
