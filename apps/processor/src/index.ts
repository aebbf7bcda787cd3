export * from './config';
export * from './create-processor';
