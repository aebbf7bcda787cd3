import type { Delivery } from './message-bus';
import { MAX_MESSAGE_BYTES, messageFault } from './message-limits';
import { PARK_HEADERS, parkedMessage } from './parking';

const delivery: Omit<Delivery, 'tag' | 'redelivered'> = {
  body: Buffer.from('x'),
  contentType: 'text/plain',
  headers: { schema: 'ticks', schemaVersion: 1 },
  amqpExchange: 'market.ticks',
  routingKey: 'tick.kraken.BTC-USD',
  messageId: 'id',
};
const parked = (changes: Partial<typeof delivery>) =>
  parkedMessage(
    { ...delivery, ...changes },
    'influx-sink.ticks',
    'malformed',
    'It is not JSON.',
    1_700_000_000_000,
  );

describe('the copy of a parked message', () => {
  it('carries its own headers, the reason, where it came from, who set it aside and when', () => {
    expect(parked({}).headers).toEqual({
      schema: 'ticks',
      schemaVersion: 1,
      [PARK_HEADERS.reason]: 'malformed',
      [PARK_HEADERS.detail]: 'It is not JSON.',
      [PARK_HEADERS.queue]: 'influx-sink.ticks',
      [PARK_HEADERS.service]: 'influx-sink',
      [PARK_HEADERS.parkedAt]: 1_700_000_000_000,
      [PARK_HEADERS.amqpExchange]: 'market.ticks',
      [PARK_HEADERS.routingKey]: 'tick.kraken.BTC-USD',
    });
  });

  it('tells where a message that was sent back once was published at first, and how often it was sent back', () => {
    const first = parked({});
    const headers = { ...first.headers, [PARK_HEADERS.replays]: 2 };
    expect(parked({ headers, amqpExchange: '', routingKey: 'influx-sink.ticks' }).headers).toEqual(headers);
  });

  it('believes no foreign header about where a message was published that was never sent back', () => {
    const headers = { [PARK_HEADERS.amqpExchange]: 'elsewhere', [PARK_HEADERS.routingKey]: 'elsewhere' };
    expect(parked({ headers }).headers).toMatchObject({
      [PARK_HEADERS.amqpExchange]: 'market.ticks',
      [PARK_HEADERS.routingKey]: 'tick.kraken.BTC-USD',
    });
  });

  it('can be published even when the headers left no room, which are then shortened and counted', () => {
    const message = parked({ headers: { schema: 'ticks', long: 'é'.repeat(40_000), ...manyHeaders(3_000) } });
    expect(messageFault(message)).toBeNull();
    expect(message.headers).toMatchObject({ schema: 'ticks', long: 'é'.repeat(100) });
    expect(message.headers[PARK_HEADERS.cutHeaders]).toBeGreaterThan(1);
  });

  it('can be published whatever the size of the body and of the id', () => {
    const message = parked({ body: Buffer.alloc(MAX_MESSAGE_BYTES + 1), messageId: 'é'.repeat(127) + ':7' });
    expect(messageFault(message)).toBeNull();
    expect(message.messageId.endsWith(':7')).toBe(true);
  });
});

function manyHeaders(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`header-${index}`, index]));
}
