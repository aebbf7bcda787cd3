export * from './closed-candle';
export * from './features';
export * from './portfolio';
export * from './rules';
