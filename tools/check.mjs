// Types, lint rules and format of the whole workspace. The typed lint rules ask the very TypeScript programs that the type errors
// come from: what was inferred once is not inferred again.
import { createProgram } from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { TSCONFIGS } from './tsconfigs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const programs = TSCONFIGS.map((config) => createProgram(join(root, config)));
const typeFaults = programs.flatMap((program) => ts.getPreEmitDiagnostics(program));
process.stdout.write(
  ts.formatDiagnosticsWithColorAndContext(typeFaults, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  }),
);

const eslint = new ESLint({
  cwd: root,
  overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions: { programs } } },
});
const results = await eslint.lintFiles(['apps', 'libs', 'tools']);
const formatter = await eslint.loadFormatter('stylish');
process.stdout.write(await formatter.format(results));
const lintFaults = results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);

process.exitCode = typeFaults.length + lintFaults === 0 ? 0 : 1;
