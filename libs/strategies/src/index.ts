export * from './portfolio';
export * from './rules';
