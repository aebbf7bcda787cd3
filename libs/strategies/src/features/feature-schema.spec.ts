import { FEATURES, featureIndex, featureSchemaText, WARM_UP_CANDLES } from './feature-schema';

test('names are unique and a place in a row is found by name', () => {
  expect(new Set(FEATURES.map(({ name }) => name)).size).toBe(FEATURES.length);
  FEATURES.forEach(({ name }, index) => expect(featureIndex(name)).toBe(index));
});

test('a row takes as many candles as its longest warm-up', () => {
  expect(WARM_UP_CANDLES).toBe(31);
});

test('the schema as text has a line a feature, with all that a model depends on and no prose', () => {
  const lines = featureSchemaText()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ name }) => name)).toEqual(FEATURES.map(({ name }) => name));
  expect(Object.keys(lines[0] as object)).toEqual(['name', 'formula', 'parameters', 'warmUp', 'unit']);
});
