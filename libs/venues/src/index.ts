export * from './capture';
export * from './events';
export * from './registry';
export * from './venue';
