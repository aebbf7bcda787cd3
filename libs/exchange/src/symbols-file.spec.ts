import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RetryableError } from '@neuraltrade/contracts';
import { ConfigError } from '@neuraltrade/service';
import { readSymbolsFile, SymbolsFile } from './symbols-file';
import { keptLog } from './testing/adapter-harness';
import { until } from './testing/until';
import type { Timers } from './timers';
import { virtualTimers } from './virtual-timers';

describe('a symbols file', () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'symbols-'));
    path = join(directory, 'symbols.txt');
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('holds symbols parted by commas or line ends, and remarks', async () => {
    await writeFile(path, '# majors\nBTC/USDT, ETH/USDT\r\n\nSOL/USDT # fast\nBTC/USDT,\n');
    await expect(readSymbolsFile(path)).resolves.toEqual(['BTC/USDT', 'ETH/USDT', 'SOL/USDT']);
  });

  it.each([
    [
      'btc/usdt',
      /^The file \S+ \(SYMBOLS_FILE\) names "btc\/usdt", which is no BASE\/QUOTE in upper case\.$/,
    ],
    ['# nothing\n', /^The file \S+ \(SYMBOLS_FILE\) names no symbol\.$/],
    ['A/B\n'.repeat(250_001), /cannot be read: it has more than 1000000 bytes/],
  ])('is refused with a sentence for %j', async (text, sentence) => {
    await writeFile(path, text);
    await expect(readSymbolsFile(path)).rejects.toThrow(sentence);
    await expect(readSymbolsFile(path)).rejects.toBeInstanceOf(ConfigError);
  });

  it('that does not exist is refused with a sentence', async () => {
    await expect(readSymbolsFile(path)).rejects.toThrow(/\(SYMBOLS_FILE\) cannot be read: ENOENT\. It holds/);
  });

  it('is followed: a new list once, a bad one not at all, with one sentence, and an unreachable venue later', async () => {
    const timers = virtualTimers(0);
    let scheduled = 0;
    const counted: Timers = {
      now: () => timers.now(),
      schedule: (delayMs, task) => {
        scheduled += 1;
        return timers.schedule(delayMs, task);
      },
    };
    const log = keptLog();
    const applied: string[] = [];
    let answer: () => Promise<void> = () => Promise.resolve();
    const file = new SymbolsFile({
      path,
      symbols: ['BTC/USDT'],
      timers: counted,
      log,
      exchange: 'binance',
      apply: (symbols) => {
        applied.push(symbols.join());
        return answer();
      },
    });
    /** Lets it look once; the next look is scheduled when this one is over. */
    const look = async (text: string): Promise<void> => {
      await writeFile(path, text);
      const before = scheduled;
      timers.advanceTo(timers.now() + 5_000);
      await until(() => scheduled > before);
    };
    await look('BTC/USDT');
    expect(applied).toEqual([]);
    await look('BTC/USDT\nETH/USDT');
    await look('BTC/USDT,ETH/USDT');
    expect(applied).toEqual(['BTC/USDT,ETH/USDT']);
    await look('BTC/USDT ETH/USDT');
    await look('BTC/USDT ETH/USDT');
    expect(
      log.sentences.filter((sentence) => sentence.endsWith('; the symbols stay as they are.')),
    ).toHaveLength(1);

    answer = () => Promise.reject(new RetryableError('Binance cannot be reached'));
    await look('SOL/USDT');
    await look('SOL/USDT');
    expect(applied.slice(1)).toEqual(['SOL/USDT']);
    answer = () => Promise.resolve();
    for (let again = 0; again < 5; again += 1) await look('SOL/USDT');
    expect(applied.slice(1)).toEqual(['SOL/USDT', 'SOL/USDT']);

    answer = () => Promise.reject(new ConfigError(['Binance lists none of the symbols NO/SUCH.']));
    await look('NO/SUCH');
    await look('NO/SUCH');
    expect(applied.slice(3)).toEqual(['NO/SUCH']);
    expect(log.sentences.at(-1)).toBe(
      'Binance lists none of the symbols NO/SUCH; the symbols stay as they are.',
    );
    file.stop();
    const before = scheduled;
    timers.advanceTo(timers.now() + 60_000);
    expect(scheduled).toBe(before);
  });
});
