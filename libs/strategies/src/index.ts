export * from './closed-candle';
export * from './features';
export * from './judgement';
export * from './portfolio';
export * from './rules';
