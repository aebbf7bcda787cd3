import { SeededRandom } from './random';

const draws = (random: SeededRandom, count = 1000): number[] =>
  Array.from({ length: count }, () => random.uniform());

test('one seed gives one sequence, another seed or purpose another', () => {
  const first = draws(SeededRandom.fromSeed(1, 'a'));
  expect(draws(SeededRandom.fromSeed(1, 'a'))).toEqual(first);
  expect(draws(SeededRandom.fromSeed(2, 'a'))).not.toEqual(first);
  expect(draws(SeededRandom.fromSeed(1, 'b'))).not.toEqual(first);
});

test('a saved state goes on where it was', () => {
  const random = SeededRandom.fromSeed(3, 'a');
  draws(random, 17);
  const copy = new SeededRandom(random.state());
  expect(draws(copy)).toEqual(draws(random));
});

test('uniform numbers fill [0, 1) evenly', () => {
  const buckets = new Array<number>(10).fill(0);
  for (const draw of draws(SeededRandom.fromSeed(4, 'a'), 20_000)) {
    buckets[Math.floor(draw * 10)]! += 1;
  }
  expect(buckets).toHaveLength(10);
  for (const count of buckets) expect(Math.abs(count - 2_000)).toBeLessThan(250);
});

test('normal numbers have mean 0 and deviation 1, waiting times the mean asked for', () => {
  const random = SeededRandom.fromSeed(5, 'a');
  const normals = Array.from({ length: 20_000 }, () => random.normal());
  const mean = normals.reduce((sum, value) => sum + value, 0) / normals.length;
  const variance = normals.reduce((sum, value) => sum + value * value, 0) / normals.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  const waits = Array.from({ length: 20_000 }, () => random.exponential(40));
  expect(Math.abs(waits.reduce((sum, value) => sum + value, 0) / waits.length - 40)).toBeLessThan(1.5);
});
