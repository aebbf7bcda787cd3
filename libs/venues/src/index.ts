export * from './events';
export * from './venue';
