import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { describeConfig, parseConfig } from './config';
import { ConfigError } from './expected-error';
import * as field from './fields';

const schema = z.object({
  BATCH: field.integer({ description: 'Ticks per batch.', min: 1, max: 500, default: 100 }),
  FLUSH_MS: field.milliseconds({ description: 'Longest wait.', default: 100 }),
  RATIO: field.decimal({ description: 'A share.', min: 0, max: 1, optional: true }),
  MODE: field.choice(['live', 'replay'], { description: 'Source.', default: 'live' }),
  STRICT: field.flag({ description: 'Strict.', default: false }),
  SYMBOLS: field.list({
    description: 'Symbols.',
    pattern: /^[A-Z0-9]+\/[A-Z0-9]+$/,
    what: 'a comma list of BASE/QUOTE',
    default: ['BTC/USDT', 'ETH/USDT'],
  }),
  STORE_URL: field.url({ description: 'The store.', schemes: ['http', 'https'], optional: true }),
  NAME: field.text({ description: 'A name.', max: 5, default: 'x' }),
  TOKEN: field.secret({ description: 'The token of the store.' }),
});
const token = { TOKEN: 'long enough' };

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    parseConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('a configuration', () => {
  test('absent and empty variables give their defaults, optional ones undefined', () => {
    expect(parseConfig(schema, { ...token, BATCH: '', UNRELATED: 'x' })).toEqual({
      BATCH: 100,
      FLUSH_MS: 100,
      RATIO: undefined,
      MODE: 'live',
      STRICT: false,
      SYMBOLS: ['BTC/USDT', 'ETH/USDT'],
      STORE_URL: undefined,
      NAME: 'x',
      TOKEN: 'long enough',
    });
  });

  test('a required variable that is absent is named with what it means', () => {
    expect(faultsOf({})).toEqual(['TOKEN is required: The token of the store.']);
  });

  test('all faults come at once, each as a sentence with the text that was found', () => {
    const faults = faultsOf({
      BATCH: '0',
      FLUSH_MS: '1.5',
      RATIO: '2',
      MODE: 'paper',
      STRICT: 'perhaps',
      SYMBOLS: 'BTC/USDT,eth',
      STORE_URL: 'ftp://host',
      NAME: 'abcdef',
    });
    expect(faults).toEqual([
      "BATCH must be a whole number from 1 to 500, not '0'.",
      "FLUSH_MS must be a whole number of ms from 1 to 2147483647, not '1.5'.",
      "RATIO must be a number from 0 to 1, not '2'.",
      "MODE must be one of live, replay, not 'paper'.",
      "STRICT must be true or false, not 'perhaps'.",
      "SYMBOLS must be a comma list of BASE/QUOTE, not 'BTC/USDT,eth'.",
      "STORE_URL must be a URL that begins with http:// or https://, not 'ftp://host'.",
      "NAME must be a text of at most 5 characters, not 'abcdef'.",
      'TOKEN is required: The token of the store.',
    ]);
  });

  test('a list drops spaces, empty items and repeats', () => {
    const { SYMBOLS } = parseConfig(schema, { ...token, SYMBOLS: ' SOL/USDT, BTC/USD ,,SOL/USDT' });
    expect(SYMBOLS).toEqual(['SOL/USDT', 'BTC/USD']);
  });

  test('a fault that concerns several variables is printed as it stands', () => {
    const both = schema.refine(({ BATCH, FLUSH_MS }) => BATCH < FLUSH_MS, 'BATCH must be below FLUSH_MS.');
    expect(() => parseConfig(both, { ...token, FLUSH_MS: '9' })).toThrow(
      new ConfigError(['BATCH must be below FLUSH_MS.']),
    );
  });

  test('any whole number within the range is read as that number, any other text is refused', () => {
    const one = z.object({ N: field.integer({ description: 'n', min: -50, max: 1_000_000 }) });
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 1_000_000 }), (value) => {
        expect(parseConfig(one, { N: String(value) }).N).toBe(value);
      }),
    );
    const notANumber = fc.string({ minLength: 1 }).filter((text) => !/^\s*-?\d+\s*$/.test(text));
    fc.assert(
      fc.property(notANumber, (text) => {
        expect(() => parseConfig(one, { N: text })).toThrow(ConfigError);
      }),
    );
  });
});

describe('a secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'config-spec-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'token');

  test('is read from the file that NAME_FILE names, without its last line break', () => {
    writeFileSync(file, 'from a file\r\n');
    expect(parseConfig(schema, { TOKEN_FILE: file }).TOKEN).toBe('from a file');
  });

  test('a file that cannot be read is one fault that names the file', () => {
    expect(faultsOf({ TOKEN_FILE: join(folder, 'none') })).toEqual([
      expect.stringMatching(/^TOKEN_FILE names the file '.*none', which cannot be read \(ENOENT\)\.$/),
    ]);
  });

  test('given both ways it is refused instead of guessed', () => {
    expect(faultsOf({ ...token, TOKEN_FILE: file })).toEqual([
      'TOKEN_FILE and TOKEN are both set: keep one of them.',
    ]);
  });

  test('is not shown when it is refused', () => {
    expect(faultsOf({ TOKEN: 'hush' })).toEqual(['TOKEN must be a text of 8 to 4096 characters.']);
  });

  test('a variable that is no secret is not read from a file', () => {
    writeFileSync(file, '7');
    expect(parseConfig(schema, { ...token, BATCH_FILE: file }).BATCH).toBe(100);
  });
});

describe('the description of a configuration', () => {
  test('names every variable with range, default and whether it is required or secret', () => {
    const variables = describeConfig(schema.transform((config) => ({ ...config })));
    expect(variables.map(({ name }) => name)).toEqual(Object.keys(schema.shape));
    expect(variables[0]).toEqual({
      name: 'BATCH',
      description: 'Ticks per batch.',
      range: '1 to 500',
      defaultText: '100',
      required: false,
      secret: false,
    });
    expect(variables[1]?.range).toBe('1 to 2147483647 ms');
    expect(variables[5]?.defaultText).toBe('BTC/USDT,ETH/USDT');
    expect(variables[8]).toMatchObject({ name: 'TOKEN', defaultText: '', required: true, secret: true });
  });

  test('reads plain zod fields as far as they say anything', () => {
    const plain = z.object({ N: z.coerce.number().default(3).describe('A number.'), R: z.string() });
    expect(describeConfig(plain)).toMatchObject([
      { name: 'N', description: 'A number.', defaultText: '3', required: false },
      { name: 'R', description: '', defaultText: '', required: true },
    ]);
  });
});
