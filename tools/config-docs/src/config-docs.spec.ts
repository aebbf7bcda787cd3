import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mergeVariables } from './merge-variables';
import { renderConfigDocs } from './render';
import { sections } from './sections';

const REMEDY = 'docs/config.md is stale: write it anew with node tools/run.mjs tools/config-docs';

describe('docs/config.md', () => {
  test('is what the schemas say', () => {
    const written = readFileSync(join(__dirname, '../../../docs/config.md'), 'utf8');
    if (written !== renderConfigDocs(sections())) throw new Error(REMEDY);
  });

  test('says of every variable what it means and which values it takes', () => {
    for (const { title, variables } of sections()) {
      for (const { name, description, range } of variables) {
        expect([title, name, description]).toEqual([title, name, expect.stringMatching(/^[A-Z].*\.$/s)]);
        expect([title, name, range]).not.toEqual([title, name, '']);
      }
    }
  });
});

const BATCH = { name: 'BATCH', description: 'Size.', range: '1 to 9', required: false, secret: false };

describe('variables of several variants', () => {
  test('are named once; different defaults name their variants', () => {
    const merged = mergeVariables([
      { of: 'One', variables: [{ ...BATCH, defaultText: '1' }] },
      {
        of: 'Two',
        variables: [
          { ...BATCH, defaultText: '2' },
          { ...BATCH, name: 'TWO', defaultText: '' },
        ],
      },
      { of: 'Three', variables: [{ ...BATCH, defaultText: '1' }] },
    ]);
    expect(merged.map(({ name, defaultText }) => [name, defaultText])).toEqual([
      ['BATCH', 'One, Three: 1; Two: 2'],
      ['TWO', ''],
    ]);
  });
});

describe('the rendered table', () => {
  test('marks required and secret variables and keeps cells whole', () => {
    const variable = { ...BATCH, range: 'a|b', defaultText: '', required: true, secret: true };
    const text = renderConfigDocs([{ title: 'T', intro: 'I', variables: [variable] }]);
    expect(text).toContain('| `BATCH` | **required** | a\\|b | Size. Secret. |\n');
  });
});
