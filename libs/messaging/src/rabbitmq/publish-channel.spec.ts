import { EventEmitter } from 'node:events';
import type { ConfirmChannel } from 'amqplib';
import fc from 'fast-check';
import { message } from '../testing/bus-under-test';
import { PublishChannel, type Publish } from './publish-channel';

/** A broker's side of a channel as a script: it answers what and when the test says. */
class ScriptedChannel extends EventEmitter {
  readonly published: string[] = [];
  hasRoom = true;

  publish(
    _amqpExchange: string,
    _routingKey: string,
    _body: Buffer,
    { messageId }: { messageId: string },
  ): boolean {
    this.published.push(messageId);
    return this.hasRoom;
  }
}

function open(count: number) {
  const script = new ScriptedChannel();
  const answers: [string, string][] = [];
  const unanswered: string[] = [];
  const channel = new PublishChannel(script as unknown as ConfirmChannel, {
    onAnswer: ({ message: { messageId } }, outcome) => answers.push([messageId, outcome]),
    onRoom: () => undefined,
    onEnd: (open) => unanswered.push(...open.map(({ message: { messageId } }) => messageId)),
  });
  const settled: [string, string][] = [];
  const publish = (text: string, deadline = 1): Publish => ({
    message: message(text, { body: Buffer.alloc(10) }),
    deadline,
    settle: (outcome) => settled.push([text, outcome]),
    settled: false,
    returned: false,
  });
  for (let i = 1; i <= count; i++) channel.write(publish(String(i), i));
  return { script, channel, answers, unanswered, settled, publish };
}

describe('the channel that publishes', () => {
  it('knows by the delivery tag what was confirmed, whatever the order, and what is left when it ends', () => {
    const { script, channel, answers, unanswered } = open(5);
    script.emit('ack', { deliveryTag: 3, multiple: false });
    script.emit('ack', { deliveryTag: 1, multiple: false });
    script.emit('nack', { deliveryTag: 2, multiple: false });
    script.emit('ack', { deliveryTag: 3, multiple: false });
    expect(answers).toEqual([
      ['3', 'confirmed'],
      ['1', 'confirmed'],
      ['2', 'nacked'],
    ]);
    expect([channel.inFlight, channel.bytesInFlight]).toEqual([2, 20]);
    script.emit('close');
    expect(unanswered).toEqual(['4', '5']);
    expect(channel.writable).toBe(false);
  });

  it('gives every message one answer over any mix of single and multiple confirms', () => {
    const confirm = fc.record({
      deliveryTag: fc.integer({ min: 1, max: 30 }),
      multiple: fc.boolean(),
      ack: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(confirm, { maxLength: 40 }), (confirms) => {
        const { script, channel, answers, unanswered } = open(30);
        const expected = new Map<string, string>();
        for (const { deliveryTag, multiple, ack } of confirms) {
          for (let tag = multiple ? 1 : deliveryTag; tag <= deliveryTag; tag++) {
            if (!expected.has(String(tag))) expected.set(String(tag), ack ? 'confirmed' : 'nacked');
          }
          script.emit(ack ? 'ack' : 'nack', { deliveryTag, multiple });
        }
        expect(new Map(answers)).toEqual(expected);
        expect(answers).toHaveLength(expected.size);
        expect(channel.inFlight).toBe(30 - expected.size);
        script.emit('close');
        expect(unanswered).toHaveLength(30 - expected.size);
      }),
    );
  });

  it('takes the confirm of a message that came back for what it is', () => {
    const { script, channel, answers, publish } = open(2);
    // The same message twice on its way: the broker returns them in their order.
    channel.write(publish('2'));
    script.emit('return', { properties: { messageId: '2' } });
    script.emit('ack', { deliveryTag: 2, multiple: true });
    script.emit('return', { properties: { messageId: 'of another time' } });
    script.emit('ack', { deliveryTag: 3, multiple: false });
    expect(answers).toEqual([
      ['1', 'confirmed'],
      ['2', 'returned'],
      ['2', 'confirmed'],
    ]);
  });

  it('settles what has waited too long, which fills the window until the broker answers, and tolerates that answer', () => {
    const { script, channel, answers, settled } = open(3);
    expect(channel.expire(2)).toBe(2);
    expect(channel.expire(2)).toBe(0);
    expect(settled).toEqual([
      ['1', 'unknown'],
      ['2', 'unknown'],
    ]);
    expect(channel.inFlight).toBe(3);
    script.emit('ack', { deliveryTag: 3, multiple: true });
    expect(answers).toHaveLength(3);
    expect(channel.inFlight).toBe(0);
  });

  it('does not write a message again that filled the buffer, and is writable again after the drain', () => {
    const { script, channel, publish } = open(0);
    script.hasRoom = false;
    channel.write(publish('full'));
    expect(channel.writable).toBe(false);
    script.emit('drain');
    expect(channel.writable).toBe(true);
    expect(script.published).toEqual(['full']);
  });
});
