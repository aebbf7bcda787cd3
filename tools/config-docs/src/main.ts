import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderConfigDocs } from './render';
import { sections } from './sections';

const HELP = `node tools/run.mjs tools/config-docs [--stdout]
Writes docs/config.md anew from the configuration schemas of the services; with --stdout prints it instead.
`;

const [option, ...rest] = process.argv.slice(2);
if (option === '--help') {
  process.stdout.write(HELP);
} else if (option === '--stdout' && rest.length === 0) {
  process.stdout.write(renderConfigDocs(sections()));
} else if (option === undefined) {
  // The bundle lies in dist/tools/config-docs of the workspace that it was built from.
  const file = resolve(__dirname, '../../../docs/config.md');
  writeFileSync(file, renderConfigDocs(sections()));
  process.stderr.write(`${file} is written.\n`);
} else {
  process.stderr.write(`'${option}' is not understood; --help says what is.\n`);
  process.exitCode = 2;
}
