import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaptureWriter } from './capture-writer';
import { until } from './testing/until';

describe('CaptureWriter', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'capture-writer-'));
    file = join(directory, 'capture.jsonl');
  });

  afterEach(() => rm(directory, { recursive: true }));

  it('writes every line in its order, those of a burst and those that trickle in', async () => {
    const writer = await CaptureWriter.open(file, false);
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} ${'x'.repeat(index % 60)}`);
    for (const [index, line] of lines.entries()) {
      writer.write(line);
      if (index % 5_000 === 0) await until(async () => (await readFile(file, 'utf8')).includes(line));
    }
    await writer.close();
    const text = await readFile(file, 'utf8');
    expect(text).toBe(`${lines.join('\n')}\n`);
    expect(writer.bytes).toBe(Buffer.byteLength(text));
  });

  it('refuses a file that exists, and appends behind a torn line when told to', async () => {
    await writeFile(file, 'whole\nto');
    await expect(CaptureWriter.open(file, false)).rejects.toThrow(
      `The capture ${file} exists already: name another file, or add --append to record behind what it holds.`,
    );
    const writer = await CaptureWriter.open(file, true);
    writer.write('next');
    await writer.close();
    expect(await readFile(file, 'utf8')).toBe('whole\nto\nnext\n');
    const again = await CaptureWriter.open(file, true);
    again.write('last');
    await again.close();
    expect(await readFile(file, 'utf8')).toBe('whole\nto\nnext\nlast\n');
  });

  it('names a place that cannot be written', async () => {
    await expect(CaptureWriter.open(join(directory, 'nowhere', 'a.jsonl'), true)).rejects.toThrow(
      /The capture .*a\.jsonl cannot be written \(ENOENT\)\./,
    );
  });

  (existsSync('/dev/full') ? it : it.skip)(
    'ends with a reason when the disk is full, and takes no harm',
    async () => {
      const writer = await CaptureWriter.open('/dev/full', true);
      writer.write('a line');
      await until(() => writer.fault !== null);
      expect(writer.fault).toBe('the disk is full');
      writer.write('another line');
      await writer.close();
      expect(writer.bytes).toBe(0);
    },
  );

  it('ends with a reason before it holds more than it may, and what is in the file are whole lines', async () => {
    const writer = await CaptureWriter.open(file, false, 1_000_000);
    const line = 'y'.repeat(99);
    for (let count = 0; count < 20_000; count += 1) writer.write(line);
    expect(writer.fault).toContain('the disk is too slow');
    await writer.close();
    const text = await readFile(file, 'utf8');
    expect(text.length % 100).toBe(0);
    expect(text.length).toBeLessThanOrEqual(1_000_000);
  });
});
