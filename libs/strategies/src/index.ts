export * from './features';
export * from './portfolio';
export * from './rules';
