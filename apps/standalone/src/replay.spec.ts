import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ending, StandaloneProcess, temporaryDirectory } from './testing/standalone-process';

// Each test waits for conditions with deadlines of their own; this bound only ends a hang.
jest.setTimeout(120_000);

const START = 1_750_000_021_000;

describe('npm start -- --replay', () => {
  let data: ReturnType<typeof temporaryDirectory>;
  const running: StandaloneProcess[] = [];

  beforeEach(() => {
    data = temporaryDirectory();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((process) => process.stop('SIGKILL')));
    data.remove();
  });

  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}): StandaloneProcess => {
    const process = new StandaloneProcess(['--port', '0', '--data-dir', data.path, ...args], env);
    running.push(process);
    return process;
  };
  const capture = (frames: number): string => {
    const file = join(data.path, 'capture.jsonl');
    const trade = { e: 'trade', s: 'BTCUSDT', p: '100.50', q: '0.25', m: false, M: true };
    const lines = Array.from({ length: frames }, (_, index) => {
      const at = START + index * 1_000;
      const frame = { ...trade, E: at - 4, t: index + 1, T: at - 5 };
      return `${JSON.stringify({ venue: 'binance', recv_ms: at, frame })}\n`;
    });
    writeFileSync(file, lines.join(''));
    return file;
  };
  const endedWell = ({ code, stdout, stderr }: Ending): void => {
    expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at .+:\d+:\d+/);
    expect(stderr).not.toContain('did not stop');
    expect(code).toBe(0);
  };

  it('stops in order in the middle of a long capture', async () => {
    const process = start(['--replay', capture(400_000), '--speed', '1'], { SHUTDOWN_TIMEOUT_MS: '5000' });
    await process.logs('Reading recorded frames of Binance');
    const ending = await process.stop();
    endedWell(ending);
    expect(ending.stderr).not.toContain('Replayed');
  });

  it('says how many frames are of symbols that were not asked for', async () => {
    const process = start(['--replay', capture(3), '--symbols', 'FOO/BAR']);
    await process.says(
      'binance: 3 frames are of symbols that were not asked for, the first are BTCUSDT; --symbols names what is read.',
    );
    endedWell(await process.stop());
  });

  it('refuses a capture that is given twice', async () => {
    const file = capture(3);
    const ending = await start(['--replay', file, '--replay', file]).end();
    expect(ending.stderr).toContain(`The capture ${file} is given twice: name it once.`);
    expect(ending.stderr).not.toMatch(/\n\s+at .+:\d+:\d+/);
    expect(ending.code).toBe(1);
  });
});
