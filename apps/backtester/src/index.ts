export { backtest } from './backtest/command';
export { isGridThread, serveGrid } from './backtest/grid-workers';
