export * from './market-store';
