import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MINUTE = 60_000;
const NOW = Date.now();

describe('what a bundle was made of', () => {
  let root: string;
  let bundle: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'bundle-inputs-spec-'));
    bundle = join(root, 'dist/app/main.cjs');
    mkdirSync(join(root, 'dist/app'), { recursive: true });
    mkdirSync(join(root, 'folder'));
    writeFileSync(bundle, '');
    write('main.ts', 'one', NOW - MINUTE);
    age('folder', NOW - MINUTE);
    run(`rememberInputs(bundle, root, ['main.ts', 'folder'], ${NOW})`);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const age = (name: string, ms: number): void => utimesSync(join(root, name), ms / 1_000, ms / 1_000);
  const write = (name: string, text: string, ms: number): void => {
    writeFileSync(join(root, name), text);
    age(name, ms);
  };
  const run = (call: string): unknown => {
    const text = `import { isCurrent, rememberInputs } from './tools/bundle-inputs.mjs';
      const [bundle, root] = ${JSON.stringify([bundle, root])};
      console.log(JSON.stringify(${call} ?? null));`;
    const args = ['--input-type=module', '--eval', text];
    return JSON.parse(execFileSync(process.execPath, args, { cwd: join(__dirname, '..'), encoding: 'utf8' }));
  };
  const isCurrent = (): unknown => run('isCurrent(bundle, root)');

  test('a bundle whose files are as they were is current', () => {
    expect(isCurrent()).toBe(true);
  });

  test('a file that was written, grew or went, or one more in a folder makes it stale', () => {
    write('main.ts', 'two', NOW - MINUTE / 2);
    expect(isCurrent()).toBe(false);
    write('main.ts', 'longer', NOW - MINUTE);
    expect(isCurrent()).toBe(false);
    write('main.ts', 'one', NOW - MINUTE);
    expect(isCurrent()).toBe(true);
    writeFileSync(join(root, 'folder/more'), '');
    expect(isCurrent()).toBe(false);
    age('folder', NOW - MINUTE);
    rmSync(join(root, 'main.ts'));
    expect(isCurrent()).toBe(false);
  });

  test('a bundle that is not there is not current', () => {
    rmSync(bundle);
    expect(isCurrent()).toBe(false);
  });

  test('a file that was written while the bundle was made may be in it or not', () => {
    write('main.ts', 'two', NOW + MINUTE);
    run(`rememberInputs(bundle, root, ['main.ts', 'folder'], ${NOW})`);
    expect(isCurrent()).toBe(false);
  });
});
