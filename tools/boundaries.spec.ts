import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const root = join(__dirname, '..');

/** Runs a module text in a Node of its own: ESLint loads its configuration by import(), which Jest's sandbox lacks. */
function evaluate<T>(text: string): T {
  const args = ['--input-type=module', '--eval', text];
  const env = { ...process.env, NODE_OPTIONS: '' };
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })) as T;
}

/** The complaints of the boundary rules about each text, as if it stood in that file. */
function complaints(texts: readonly (readonly [file: string, text: string])[]): string[][] {
  return evaluate(`
    import { ESLint } from 'eslint';
    import tseslint from 'typescript-eslint';
    import { boundaryRules } from './tools/boundaries.mjs';
    const eslint = new ESLint({
      overrideConfigFile: true,
      overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } }, ...boundaryRules(process.cwd())],
    });
    const texts = ${JSON.stringify(texts)};
    const results = await Promise.all(texts.map(([filePath, text]) => eslint.lintText(text, { filePath })));
    console.log(JSON.stringify(results.map(([{ messages }]) => messages.map(({ message }) => message))));
  `);
}

const CONTRACT = 'libs/contracts/src/x.ts';
const PURE = 'libs/processing/src/x.ts';
const IO = 'libs/storage/src/x.ts';
const APP = 'apps/processor/src/x.ts';

const FORBIDDEN: [what: string, file: string, text: string, complaint: string][] = [
  ['contract -> pure', CONTRACT, "import '@neuraltrade/venues';", 'may not import libs/venues (type:pure)'],
  ['contract -> a package that is not zod', CONTRACT, "import 'ws';", 'may not import the package ws'],
  ['contract -> a builtin', CONTRACT, "import 'node:crypto';", 'may not import node:crypto'],
  ['pure -> io', PURE, "import { x } from '@neuraltrade/storage';", 'may not import libs/storage (type:io)'],
  [
    'pure -> io, types only',
    PURE,
    "import type { X } from '@neuraltrade/storage';",
    'libs/storage (type:io)',
  ],
  ['pure -> io, passed on', PURE, "export * from '@neuraltrade/storage';", 'libs/storage (type:io)'],
  [
    'pure -> io, passed on by name',
    PURE,
    "export { x } from '@neuraltrade/storage';",
    'libs/storage (type:io)',
  ],
  ['pure -> io, loaded later', PURE, "await import('@neuraltrade/storage');", 'libs/storage (type:io)'],
  ['pure -> io, required', PURE, "const x = require('@neuraltrade/storage');", 'libs/storage (type:io)'],
  [
    'pure -> io, import-required',
    PURE,
    "import x = require('@neuraltrade/storage');",
    'libs/storage (type:io)',
  ],
  ['pure -> io, as a type', PURE, "let x: import('@neuraltrade/storage').X;", 'libs/storage (type:io)'],
  [
    'pure -> a builtin',
    PURE,
    "import { setTimeout as wait } from 'node:timers/promises';",
    'may not import node:',
  ],
  ['pure -> a builtin without node:', PURE, "import { readFileSync } from 'fs';", 'may not import fs'],
  ['pure -> a package', PURE, "import { z } from 'zod';", 'may not import the package zod'],
  ['a test of pure -> io', 'libs/processing/src/x.spec.ts', "import '@neuraltrade/storage';", 'libs/storage'],
  ['io -> app', IO, "import '@neuraltrade/processor';", 'may not import apps/processor (type:app)'],
  ['app -> app', APP, "import '@neuraltrade/dashboard';", 'may not import apps/dashboard (type:app)'],
  ['a file inside another project', APP, "import '@neuraltrade/storage/src/x';", 'There is no project'],
  ['its own alias', APP, "import '@neuraltrade/processor';", 'imports itself'],
  ['a relative path into another app', APP, "import '../../dashboard/src/index';", 'leaves apps/processor'],
  ['a relative path into a library', APP, "import '../../../libs/storage/src';", 'leaves apps/processor'],
  ['a computed name', APP, 'await import(`${name}`);', 'a literal name'],
  ['the clock in pure', PURE, 'export const x = Date.now();', 'read no clock'],
  ['the clock in pure, by a key', PURE, "export const x = Date['now']();", 'read no clock'],
  ['the clock in pure, taken apart', PURE, 'export const { now } = Date;', 'read no clock'],
  ['the clock in pure, as a date', PURE, 'export const x = new Date();', 'read no clock'],
  ['the clock in pure, as a text', PURE, 'export const x = Date();', 'read no clock'],
  ['performance in pure', PURE, 'export const x = performance.now();', 'read no clock'],
  ['chance in pure', PURE, 'export const x = Math.random();', 'draw no random numbers'],
  ['chance in pure, by crypto', PURE, 'export const x = crypto.randomUUID();', 'draw no random numbers'],
  ['the environment in contract', CONTRACT, 'export const x = process.env;', 'read no environment'],
  ['a timer in pure', PURE, 'setTimeout(f, 1);', 'own no timers'],
  ['a global by a detour in pure', PURE, 'globalThis.setTimeout(f, 1);', 'reach for no globals'],
  ['the network in pure', PURE, "fetch('http://x');", 'no input or output'],
  ['the environment in io', IO, 'export const x = process.env;', 'Only config.ts and main.ts'],
  ['the environment in an app', APP, 'export const x = process.env.X;', 'Only config.ts and main.ts'],
];

const ALLOWED: [what: string, file: string, text: string][] = [
  ['contract -> zod, Buffer', CONTRACT, "import { z } from 'zod'; export const x = [z, Buffer.alloc(1)];"],
  ['pure -> contract and pure', PURE, "import '@neuraltrade/contracts'; import '@neuraltrade/venues';"],
  ['pure: a date from an argument', PURE, 'export const f = (ms: number) => new Date(ms).toISOString();'],
  [
    'io -> contract, pure, io, builtin, package',
    IO,
    "import '@neuraltrade/venues'; import 'node:fs'; import 'ws';",
  ],
  ['app -> libs', APP, "import '@neuraltrade/contracts'; import '@neuraltrade/storage'; import './config';"],
  ['composition -> app', 'apps/standalone/src/x.ts', "import '@neuraltrade/processor';"],
  ['tool -> app', 'tools/aggregate/src/x.ts', "import '@neuraltrade/processor';"],
  [
    'a test of pure: files and packages',
    'libs/venues/src/x.spec.ts',
    "import 'node:fs'; import 'fast-check';",
  ],
  ['the clock in io', IO, 'export const x = Date.now() + performance.now();'],
  ['the environment in config.ts', 'apps/processor/src/config.ts', 'export const x = process.env;'],
];

describe('module boundaries', () => {
  const results = complaints([
    ...FORBIDDEN.map(([, file, text]) => [file, text] as const),
    ...ALLOWED.map(([, file, text]) => [file, text] as const),
  ]);

  test.each(FORBIDDEN.map((row, index) => [...row, index] as const))(
    'forbidden: %s',
    (_what, _file, _text, complaint, index) => {
      expect(results[index]).toEqual([expect.stringContaining(complaint)]);
    },
  );

  test.each(ALLOWED.map((row, index) => [...row, FORBIDDEN.length + index] as const))(
    'allowed: %s',
    (_what, _file, _text, index) => {
      expect(results[index]).toEqual([]);
    },
  );

  test("the repository's ESLint configuration holds every project to them", () => {
    const file = JSON.stringify('libs/processing/src/index.ts');
    const rules = evaluate<Record<string, unknown>>(`
      import { ESLint } from 'eslint';
      console.log(JSON.stringify((await new ESLint().calculateConfigForFile(${file})).rules));
    `);
    expect(rules['boundaries/imports']).toEqual([2]);
    for (const rule of ['no-restricted-globals', 'no-restricted-properties', 'no-restricted-syntax']) {
      expect(rules[rule]).toEqual(expect.arrayContaining([2]));
    }
  });
});

describe('the type of a project', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boundaries-spec-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = () =>
    evaluate<{ error?: string; projects?: unknown }>(`
      import { readProjects } from './tools/boundaries.mjs';
      try {
        console.log(JSON.stringify({ projects: readProjects(${JSON.stringify(folder)}) }));
      } catch (error) {
        console.log(JSON.stringify({ error: error.message }));
      }
    `);
  const project = join(folder, 'libs/one');

  test('is read from its one type tag; without one, with two or with an unknown one it is refused', () => {
    for (const path of ['apps', 'tools', 'libs/one/src']) mkdirSync(join(folder, path), { recursive: true });
    expect(read().error).toMatch(/^libs\/one\/project\.json needs exactly one tag type:contract\|/);
    for (const tags of [[], ['scope:x'], ['type:pure', 'type:io'], ['type:*'], ['type:toString']]) {
      writeFileSync(join(project, 'project.json'), JSON.stringify({ name: 'one', tags }));
      expect(read().error).toMatch(/needs exactly one tag/);
    }
    writeFileSync(
      join(project, 'project.json'),
      JSON.stringify({ name: 'one', tags: ['scope:x', 'type:pure'] }),
    );
    expect(read().projects).toEqual([{ root: 'libs/one', name: 'one', type: 'pure' }]);
  });
});

describe('the projects', () => {
  test('import each other in one direction only', () => {
    const cycle = findCycle(readImports());
    expect(cycle).toEqual([]);
  });
});

/** Which projects each project imports, by name (tools by path), tests aside. */
function readImports(): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>();
  for (const group of ['apps', 'libs', 'tools']) {
    const files = readdirSync(join(root, group), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))) {
      const folder = relative('.', file).split('/', 1)[0] ?? '';
      // Nobody imports a tool, and a tool may have the name of a library.
      const project = group === 'tools' ? `tools/${folder}` : folder;
      const targets = imports.get(project) ?? new Set();
      imports.set(project, targets);
      for (const [, name = ''] of readFileSync(join(root, group, file), 'utf8').matchAll(
        /'@neuraltrade\/([a-z-]+)'/g,
      )) {
        targets.add(name);
      }
    }
  }
  return imports;
}

/** The names along one import cycle; empty when there is none. */
function findCycle(imports: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const finished = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (finished.has(name)) return [];
    for (const next of imports.get(name) ?? []) {
      const cycle = visit(next, [...path, name]);
      if (cycle.length > 0) return cycle;
    }
    finished.add(name);
    return [];
  };
  for (const name of imports.keys()) {
    const cycle = visit(name, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
