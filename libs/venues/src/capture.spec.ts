import * as fc from 'fast-check';
import { captureLine, eventLine, frameLine, lineHead } from './capture';

const bare = { venue: null, source: null, conn: null, recvMs: null, event: null, body: null, joined: false };

test('a frame that is an object keeps its own text, numbers and spaces included', () => {
  const frame = '{"price":0.00100000, "id":12393906104898154338,"t":"a\\"}{","n":[1e-08,[ ]]}';
  const line = `{"venue":"kraken","recv_ms":1789387199400,"conn":2,"frame": ${frame} ,"source":"s","kind":"recorded"}`;
  expect(captureLine(line)).toEqual({
    venue: 'kraken',
    source: 's',
    conn: '2',
    recvMs: 1789387199400,
    frame,
    event: null,
    body: null,
    joined: false,
  });
});

test('a frame that is a text is that text', () => {
  const frame = '{"a":1.0}\n"';
  expect(captureLine(JSON.stringify({ recv_ms: null, frame }))).toEqual({ ...bare, frame });
});

test.each([
  '{"stream":"btcusdt@trade","data":{}}',
  '[{"e":"24hrTicker"}]',
  '{}',
  '"x"',
  '7',
  '{"event":"heartbeat"}',
  '{"data":{"frame":1}}',
])('a line without an envelope is a bare frame: %s', (text) =>
  expect(captureLine(text)).toEqual({ ...bare, frame: text }),
);

test('an event line carries its body and no frame', () => {
  const line = '{"venue":"bybit","source":"s","conn":"c1","recv_ms":5,"event":"rest","body":"{\\"a\\":1}"}';
  expect(captureLine(line)).toEqual({
    venue: 'bybit',
    source: 's',
    conn: 'c1',
    recvMs: 5,
    frame: null,
    event: 'rest',
    body: '{"a":1}',
    joined: false,
  });
  expect(
    captureLine('{"venue":"bybit","recv_ms":5,"event":"open","body":{"url":"wss://x", "n":1.0}}')?.body,
  ).toBe('{"url":"wss://x", "n":1.0}');
});

test.each(['', ' ', 'no json', '{"frame":', '{"frame":{}}x', 'undefined'])('%j is no line', (text) => {
  expect(captureLine(text)).toBeNull();
});

test('the last of repeated keys counts, a key may be written with escapes, and inner keys do not count', () => {
  expect(captureLine('{"frame":1,"x":{"frame":2},"fr\\u0061me":[3.0]}')?.frame).toBe('[3.0]');
});

test('whatever stands around it, the frame is cut out byte for byte', () => {
  const space = fc.constantFrom('', ' ', '\t', '  ');
  fc.assert(
    fc.property(fc.json(), fc.json(), fc.string(), space, (frame, other, key, gap) => {
      if (key === 'frame' || frame.startsWith('"')) return;
      const line = `{${gap}${JSON.stringify(key)}${gap}:${gap}${other}${gap},${gap}"frame"${gap}:${gap}${frame}${gap},"z":${other}}${gap}`;
      expect(captureLine(line)?.frame).toBe(frame.trim());
    }),
    { numRuns: 1_000 },
  );
});

/** A value as it is after it was written once: a text has no negative zero. */
const writable = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);

test('a written line reads back as it was, whatever the frame, the body and the names hold', () => {
  const name = fc.string({ unit: 'binary' });
  const origin = fc.record({ venue: name, source: name, conn: fc.option(fc.nat()) });
  const content = fc.oneof(
    fc.record({ frame: fc.string({ unit: 'binary' }) }),
    fc.record({ event: name, body: fc.option(writable, { nil: undefined }) }),
  );
  fc.assert(
    fc.property(origin, fc.nat(), fc.boolean(), content, (of, recvMs, joined, given) => {
      const head = lineHead(of);
      const line =
        'frame' in given
          ? frameLine(head, recvMs, joined, given.frame)
          : eventLine(head, recvMs, joined, given.event, given.body);
      expect(line).not.toContain('\n');
      const { frame, event, body, ...envelope } = captureLine(line) ?? {};
      expect(envelope).toEqual({ ...of, conn: of.conn === null ? null : String(of.conn), recvMs, joined });
      if ('frame' in given) {
        expect({ frame, event, body }).toEqual({ frame: given.frame, event: null, body: null });
        return;
      }
      expect([frame, event]).toEqual([null, given.event]);
      // A text's value, any other value's own text.
      const read = typeof given.body === 'string' ? body : (JSON.parse(body ?? 'null') as unknown);
      expect(read).toEqual(given.body ?? null);
    }),
    { numRuns: 300 },
  );
});
