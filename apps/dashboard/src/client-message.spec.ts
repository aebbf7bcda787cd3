import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseClientMessage } from './client-message';

const page = readFileSync(join(__dirname, '../../../docs/dashboard-protocol.md'), 'utf8');

test('everything that the page of the protocol lets a client say is understood', () => {
  const said = [...page.matchAll(/^ {4}-> (.+)$/gm)].map(([, text = '']) => text);
  expect(said.length).toBeGreaterThan(2);
  for (const text of said) expect([text, parseClientMessage(text)]).not.toEqual([text, null]);
  const channels = [...page.matchAll(/^\| `(\{"channel".+?\})`/gm)].map(([, text = '']) => text);
  const names: Record<string, string> = { exchange: 'binance', symbol: 'BTC/USDT' };
  for (const text of channels) {
    const channel = text.replace(/"(exchange|symbol)":…/g, (_, name: string) => `"${name}":"${names[name]}"`);
    const request = parseClientMessage(`{"op":"subscribe",${channel.slice(1)}`);
    expect([text, request]).toEqual([text, { op: 'subscribe', channel: JSON.parse(channel) as unknown }]);
  }
  expect(channels).toHaveLength(6);
});
