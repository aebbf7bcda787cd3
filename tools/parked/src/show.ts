import type { ParkedMessage, ParkedMessages } from '@neuraltrade/messaging';
import { ExpectedError } from '@neuraltrade/service';
import type { ParkedRequest } from './arguments';
import { jsonOf } from './list';
import { marketOf } from './market';
import { type Output, plain, plainLines } from './output';

const LABEL_WIDTH = 14;
const MOST_CHARACTERS = 2_000;

/** Prints everything about one message. @throws ExpectedError when there is none of that id. */
export async function show({ filter }: ParkedRequest, parked: ParkedMessages, output: Output): Promise<void> {
  let seen = 0;
  for await (const message of parked.messages()) {
    output.progress(`${++seen} of ${parked.count} parked messages were looked at.`);
    if (filter.ids.includes(message.id)) return output.print(describe(message));
  }
  throw new ExpectedError(
    `No message of the ${parked.count} parked ones at ${parked.place} has the id ${filter.ids[0] ?? ''}: list shows the ids.`,
  );
}

/** Everything about a message, its body decoded. */
export function describe(message: ParkedMessage): string {
  const { headers, ...facts } = jsonOf(message, marketOf(message));
  const lines = Object.entries(facts).map(([name, value]) => line(name, value));
  const own = Object.entries(headers as Readonly<Record<string, unknown>>);
  return [
    ...lines,
    own.length === 0 ? 'headers        none' : 'headers',
    ...own.map(([name, value]) => `  ${line(name, value)}`),
    '',
    bodyText(message.body),
    '',
  ].join('\n');
}

function line(name: string, value: unknown): string {
  const text =
    typeof value === 'string'
      ? value
      : value === null
        ? ''
        : Array.isArray(value)
          ? value.join(', ')
          : JSON.stringify(value);
  return `${plain(name).padEnd(LABEL_WIDTH)} ${plain(text, MOST_CHARACTERS) || '-'}`;
}

/** A batch as indented JSON, another text as it is, and what is no text in base 64. */
function bodyText(body: Buffer): string {
  const text = body.toString();
  if (!Buffer.from(text).equals(body)) return `(no text; in base 64) ${body.toString('base64')}`;
  try {
    return plainLines(JSON.stringify(JSON.parse(text) as unknown, null, 2));
  } catch {
    return plainLines(text);
  }
}
