import type { ComponentStatus } from '@neuraltrade/contracts';
import { ComponentBoard } from './component-board';

const status = (changes: Partial<ComponentStatus> = {}): ComponentStatus => ({
  component: 'processor',
  state: 'up',
  detail: '',
  figures: { partitionsOwned: 4, watermarkLagMs: 2_000, trades: 10 },
  timestamp: 1,
  ...changes,
});

let board: ComponentBoard;
beforeEach(() => (board = new ComponentBoard()));

test('replicas are one component: the worst state, figures added up, of times the longest', () => {
  board.accept(status(), 'a', 1_000);
  const figures = { partitionsOwned: 3, watermarkLagMs: 9_000, trades: 5 };
  board.accept(
    status({ state: 'degraded', detail: 'The broker is away.', figures, timestamp: 2 }),
    'b',
    1_500,
  );
  expect(board.list(2_000)).toEqual([
    {
      component: 'processor',
      state: 'degraded',
      detail: 'The broker is away.',
      figures: { replicas: 2, partitionsOwned: 7, watermarkLagMs: 9_000, trades: 15 },
      timestamp: 2,
      ageMs: 500,
    },
  ]);
});

test('a replica that is gone or was stopped counts no more, unless it was the last', () => {
  board.accept(status(), 'gone', 0);
  board.accept(status({ state: 'down', figures: {} }), 'stopped', 19_000);
  board.accept(status(), 'alive', 20_000);
  expect(board.list(20_000)).toMatchObject([{ state: 'up', figures: { partitionsOwned: 4 } }]);
  board.accept(status({ state: 'down', figures: {} }), 'alive', 21_000);
  expect(board.list(22_000)).toMatchObject([{ state: 'down', ageMs: 1_000 }]);
});

test('a figure of the moment counts while its component speaks, one from the start for ever', () => {
  board.accept(status({ component: 'adapter-a', figures: { bufferDepth: 3, dropped: 2 } }), '', 0);
  expect([board.figures('bufferDepth', 15_000), board.figures('dropped', 15_000, true)]).toEqual([[3], [2]]);
  expect([board.figures('bufferDepth', 15_001), board.figures('dropped', 15_001, true)]).toEqual([[], [2]]);
});

test('processes that start again and again leave room for others', () => {
  for (let run = 0; run < 1_000; run += 1) board.accept(status(), `run-${run}`, run * 20_000);
  board.accept(status({ component: 'signals' }), '', 20_000_000);
  expect(board.list(20_000_000).map(({ component }) => component)).toEqual(['processor', 'signals']);
});
