export * from './config';
export * from './create-signals';
