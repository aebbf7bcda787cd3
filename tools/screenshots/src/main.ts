import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { findChromium, NO_CHROMIUM, startChromium } from '@neuraltrade/infra';
import { ExpectedError, readFlags } from '@neuraltrade/service';
import { photograph } from './photographs';
import { SimulatedPipeline } from './simulated-pipeline';

const HELP = `Makes the pictures of the README: the whole pipeline on a simulated market of a fixed seed, looked at in a browser.

  npm run screenshots
  npm run screenshots -- --out /tmp/images

  --out DIR     where the pictures go, default docs/images
  --seed N      seed of the simulated market, default 7
  --help        this text

It takes about four minutes: the plots show the last minutes, and the gaps are real ones.
`;

async function main(): Promise<void> {
  const { help, values } = readFlags(process.argv.slice(2), ['out', 'seed']);
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const executable = findChromium(process.env);
  if (executable === null) throw new ExpectedError(`This takes a browser (${NO_CHROMIUM}).`);
  const root = join(dirname(process.argv[1] ?? ''), '../../..');
  const directory = resolve(process.env['INIT_CWD'] ?? root, values.out ?? join(root, 'docs/images'));
  await mkdir(directory, { recursive: true });
  const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  say('Starting the simulated market and the pipeline.');
  const pipeline = await SimulatedPipeline.start(root, values.seed ?? '7');
  try {
    const browser = await startChromium(executable, { colorScheme: 'dark' });
    try {
      await photograph(pipeline, browser.context, directory, say);
    } finally {
      await browser.close();
    }
  } finally {
    await pipeline.stop();
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof ExpectedError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
});
