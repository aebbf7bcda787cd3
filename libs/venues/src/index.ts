export * from './capture';
export * from './events';
export * from './kline';
export * from './registry';
export * from './venue';
