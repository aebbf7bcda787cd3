export * from './feature-row';
export * from './feature-schema';
export { SymbolFeatures } from './symbol-features';
