import { readableLine } from './log-line';

describe('a line of a service', () => {
  it('shows time, service, level, message and the other fields', () => {
    const line = JSON.stringify({
      level: 'info',
      time: '2026-01-02T03:04:05.678Z',
      name: 'processor',
      exchange: 'kraken',
      counts: { a: 1 },
      msg: 'ready',
    });
    expect(readableLine('processor  ', line)).toBe(
      '03:04:05.678 processor   info  ready exchange=kraken counts={"a":1}',
    );
  });

  it('writes a level that must not be overlooked in capitals', () => {
    const line = JSON.stringify({ level: 'error', time: '2026-01-02T03:04:05.678Z', msg: 'no broker' });
    expect(readableLine('sink', line)).toBe('03:04:05.678 sink ERROR no broker');
  });

  it.each(['Segmentation fault', '{"level":"info"', '{"a":1}', ''])(
    'that is no log line is shown as it came: %p',
    (text) => {
      expect(readableLine('sink', text)).toBe(`${' '.repeat(12)} sink ${text}`);
    },
  );

  it('keeps a field short', () => {
    const line = JSON.stringify({ level: 'info', time: 'x', msg: 'm', text: 'y'.repeat(1_000) });
    expect(readableLine('sink', line)).toHaveLength(12 + ' sink info  m text='.length + 301);
  });
});
