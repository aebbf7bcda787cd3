import type { ParkedMessage, ParkedMessages } from '@neuraltrade/messaging';
import type { ParkedRequest } from './arguments';
import { matches } from './filter';
import { type MarketOfMessage, marketOf } from './market';
import { type Output, plain } from './output';

const COLUMNS: readonly (readonly [string, number])[] = [
  ['ID', 12],
  ['REASON', 17],
  ['SOURCE', 20],
  ['KIND', 8],
  ['EXCHANGE', 9],
  ['SYMBOL', 10],
  ['PARKED', 20],
  ['BYTES', 9],
  ['REPLAYS', 7],
];

/**
 * Prints the messages that are meant, and how many there are of each reason.
 * @param stopping ends it before its end.
 */
export async function list(
  { filter, limit, json }: ParkedRequest,
  parked: ParkedMessages,
  output: Output,
  stopping: AbortSignal,
): Promise<void> {
  const counts = new Map<string, number>();
  let matching = 0;
  let seen = 0;
  for await (const message of parked.messages()) {
    output.progress(`${++seen} of ${parked.count} parked messages were looked at.`);
    if (stopping.aborted) return;
    const market = marketOf(message);
    if (!matches(filter, message, market)) continue;
    counts.set(message.reason, (counts.get(message.reason) ?? 0) + 1);
    if (++matching > limit) continue;
    if (matching === 1 && !json) await output.print(row(COLUMNS.map(([title]) => title)));
    await output.print(json ? `${JSON.stringify(jsonOf(message, market))}\n` : rowOf(message, market));
  }
  const byReason = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, n]) => `${n} ${plain(reason)}`);
  const shown = matching > limit ? `, ${limit} shown` : '';
  const sum = `${matching} of ${seen} parked messages${shown}${byReason.length === 0 ? '' : `: ${byReason.join(', ')}`}.\n`;
  if (json) output.say(sum);
  else await output.print(sum);
}

/** What the list and `show` tell of a message in JSON. */
export function jsonOf(message: ParkedMessage, market: MarketOfMessage): Readonly<Record<string, unknown>> {
  const { id, reason, detail, service, queue, amqpExchange, routingKey, replays, byBroker } = message;
  const { parkedAt, messageId, contentType, body, headers, cutHeaders } = message;
  return {
    ...{ id, reason, detail, service, queue, amqpExchange, routingKey },
    kind: market.kind,
    exchange: market.exchange,
    symbols: market.symbols(),
    parkedAt: parkedAt === null ? null : new Date(parkedAt).toISOString(),
    ...{ replays, byBroker, messageId, contentType, bytes: body.length, headers, cutHeaders },
  };
}

function rowOf(message: ParkedMessage, market: MarketOfMessage): string {
  const { id, reason, queue, parkedAt, body, replays } = message;
  const [symbol = '-', ...others] = market.symbols();
  return row([
    id,
    reason,
    queue || '-',
    market.kind,
    market.exchange || '-',
    others.length === 0 ? symbol : `${symbol},+${others.length}`,
    parkedAt === null ? '-' : new Date(parkedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    String(body.length),
    replays === 0 ? '' : String(replays),
  ]);
}

function row(cells: readonly string[]): string {
  return `${cells
    .map((cell, index) => plain(cell).padEnd(COLUMNS[index]?.[1] ?? 0))
    .join(' ')
    .trimEnd()}\n`;
}
