import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/delivery-contract.md'), 'utf8');
const sections = page.split(/^## /m).slice(1);
const proofsOf = (section: string): [file: string, name: string][] =>
  [...section.matchAll(/^- `([^`]+)`: (.+)$/gm)].map(([, file = '', name = '']) => [file, name]);
const PROMISES = sections.filter((section) => /^(G\d\.|Stopping|Signals|What it rests on)/.test(section));

test('the contract has its nine clauses', () => {
  expect(PROMISES.flatMap((section) => /^(G\d)\./.exec(section)?.[1] ?? [])).toEqual(
    Array.from({ length: 9 }, (_, index) => `G${index + 1}`),
  );
});

test.each(PROMISES.map((section) => [section.slice(0, section.indexOf('\n')), section]))(
  '"%s" names the tests that prove it, as they are called',
  (_title, section) => {
    const proofs = proofsOf(section);
    const missing = proofs.filter(
      ([file, name]) => !existsSync(join(ROOT, file)) || !textOf(file).includes(name),
    );
    expect(missing).toEqual([]);
    expect(proofs.length).toBeGreaterThan(0);
  },
);

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'");
}
