import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventLine, frameLine, lineHead } from '@neuraltrade/venues';
import { startBody } from './capture-events';
import { type Captures, readCaptures } from './capture-sessions';
import { testVenue } from './testing/adapter-harness';
import { binanceFrames, TEST_START } from './testing/venue-frames';

const venues = ['binance', 'kraken'].map((name) => ({ venue: testVenue(name), symbols: ['BTC/USDT'] }));

const headOf = (source: string, venue = 'binance', conn: number | null = null): string =>
  lineHead({ venue, source, conn });
const body = startBody({
  ...{ symbols: ['BTC/USDT'], settings: {}, restUrl: 'http://venue.test', seed: 1, charged: 0 },
  state: new Map(),
});
const start = (source: string, venue?: string, at = TEST_START): string =>
  eventLine(headOf(source, venue), at, false, 'clock', body);
const frame = (source: string, id: number, at = TEST_START + id): string =>
  frameLine(headOf(source, 'binance', 1), at, false, JSON.stringify(binanceFrames.trade(id)));
const timer = (source: string): string => eventLine(headOf(source), TEST_START, false, 'clock', { timer: 1 });

describe('the sessions of captures with complete recordings', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'capture-sessions-'));
  });

  afterEach(() => rm(directory, { recursive: true }));

  const read = async (...lines: readonly string[]): Promise<Captures> => {
    const file = join(directory, 'capture.jsonl');
    await writeFile(file, `${lines.join('\n')}\n`);
    return readCaptures([file], venues);
  };

  it('hold every venue of one recording, and go on when the clock was set back', async () => {
    const lines = [
      start('a'),
      start('a', 'kraken'),
      frame('a', 5),
      timer('a'),
      frame('a', 6, TEST_START - 90_000),
    ];
    const captures = await read(...lines);
    expect(captures.sessions).toMatchObject([
      { source: 'a', complete: true, firstEventMs: TEST_START, venues: ['binance', 'kraken'] },
    ]);
    expect(captures).toMatchObject({ frames: 2, events: 3, malformed: 0, unreadable: 0 });
    expect(captures.sessions[0]?.parts).toMatchObject([{ start: 0, end: lines.join('\n').length }]);
  });

  it('are two where a file holds two recordings, or one of them twice', async () => {
    const two = await read(start('a'), frame('a', 1), start('b', 'binance', TEST_START + 9), frame('b', 2));
    expect(two.sessions.map(({ source, complete }) => [source, complete])).toEqual([
      ['a', true],
      ['b', true],
    ]);
    const twice = await read(...[start('a'), frame('a', 1)], ...[start('a'), frame('a', 1)]);
    expect(twice.sessions.map(({ source, complete }) => [source, complete])).toEqual([
      ['a', true],
      ['a', true],
    ]);
  });

  it('are none where the beginning cannot be read or is missing: there it is a session of frames', async () => {
    const foreign = start('a').replace('"version":1', '"version":2');
    const captures = await read(foreign, frame('a', 1), timer('a'), frame('b', 2), timer('b'));
    expect(captures.sessions.map(({ source, complete }) => [source, complete])).toEqual([
      ['a', false],
      ['b', false],
    ]);
    expect(captures).toMatchObject({ unreadable: 1, frames: 2, events: 3 });
  });

  it.each([
    ['a symbol of another form', '"BTC/USDT"', '"btcusdt"'],
    ['an address that is none', 'http://venue.test', 'venue'],
    ['a state that is none', '"state":{}', '"state":{"BTC/USDT":7}'],
  ])('are none where the beginning names %s', async (_, from, to) => {
    expect(await read(start('a').replace(from, to), frame('a', 1))).toMatchObject({
      unreadable: 1,
      sessions: [{ complete: false }],
    });
  });
});
