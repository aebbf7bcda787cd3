import { createLogger } from './logger';
import type { LogLevel } from './logger';
import { hideSecrets, rememberSecret } from './secrets';

function capture(level: LogLevel = 'info') {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level, destination: { write: (line) => lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('a logger', () => {
  test('writes one JSON line with level, time, name, fields and message', () => {
    const { log, last } = capture();
    log.warn({ venue: 'kraken', silentMs: 4_200 }, 'socket is silent');
    expect(last()).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      name: 'test',
      venue: 'kraken',
      silentMs: 4_200,
      msg: 'socket is silent',
    });
  });

  test('writes nothing below its level', () => {
    const { log, lines } = capture('warn');
    log.info('not this');
    expect(lines).toEqual([]);
  });

  test('a foreign text with line breaks stays one line', () => {
    const { log, lines } = capture();
    log.info({ symbol: 'BTC\n{"level":"fatal"}\r\u2028' }, 'unlisted\nsymbol');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\n\r]/);
  });

  test('long foreign texts are cut wherever they are, and say how much is missing', () => {
    const { log, lines, last } = capture();
    const long = 'f'.repeat(100_000);
    log.error({ frame: long, nested: { deep: [long] }, err: new Error(long), bytes: Buffer.alloc(9) }, long);
    expect(lines[0]?.length).toBeLessThan(8_000);
    expect(last()['frame']).toBe(`${'f'.repeat(500)}... (99500 more)`);
    expect(last()['bytes']).toBe('(9 bytes)');
  });

  test('an error is logged with type, message, code, cause and stack', () => {
    const { log, last } = capture();
    const error = Object.assign(new RangeError('outer', { cause: new Error('inner') }), { code: 'ECODE' });
    log.error(error, 'it failed');
    expect(last()).toMatchObject({
      err: { type: 'RangeError', message: 'outer', code: 'ECODE', cause: 'inner' },
      msg: 'it failed',
    });
    expect(last()).toHaveProperty('err.stack');
  });

  test.each([
    'token',
    'INFLUX_TOKEN',
    'authToken',
    'password',
    'Authorization',
    'set-cookie',
    'apiKey',
    'client_secret',
  ])('the value of a field named %s is not written', (key) => {
    const { log, lines } = capture();
    log.info({ [key]: 'v4lue', nested: { list: [{ [key]: ['v4lue'] }] } }, 'x');
    expect(lines[0]).not.toContain('v4lue');
  });

  test('bigint, null, undefined, dates and deep objects do not break a line', () => {
    const { log, last } = capture();
    const loop: Record<string, unknown> = { id: 12n, none: null, missing: undefined, at: new Date(0) };
    loop['self'] = loop;
    log.info({ loop }, 'x');
    expect(last()).toMatchObject({ loop: { id: '12', none: null, at: '1970-01-01T00:00:00.000Z' } });
  });
});

describe('hiding secrets', () => {
  test('passwords of URLs are hidden, users, hosts and plain URLs are not', () => {
    expect(hideSecrets('amqp://ann:pw1@one:5672/v, wss://bob:p%40w@two/ws?x=1, https://three/a:b@c')).toBe(
      'amqp://ann:[redacted]@one:5672/v, wss://bob:[redacted]@two/ws?x=1, https://three/a:b@c',
    );
  });

  test('a remembered secret is hidden plain, JSON-escaped and URL-encoded; a very short one is not remembered', () => {
    rememberSecret('s3cret/"x"');
    rememberSecret('ab');
    expect(hideSecrets('s3cret/"x" s3cret/\\"x\\" s3cret%2F%22x%22 ab')).toBe(
      '[redacted] [redacted] [redacted] ab',
    );
  });

  test('a long hostile text takes no more than linear work', () => {
    // With a backtracking pattern these would run for minutes; the suite's own limit is the only clock here.
    for (const piece of ['a.', 'a://', 'a://b:', 'a+-.']) {
      expect(hideSecrets(piece.repeat(200_000))).toHaveLength(piece.length * 200_000);
    }
  });
});
