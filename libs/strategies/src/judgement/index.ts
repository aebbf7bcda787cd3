export * from './model-signal';
export * from './probabilities';
export * from './risk';
