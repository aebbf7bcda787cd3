export * from './config';
export * from './create-ml-engine';
export { COMPONENT as ML_ENGINE, tellStatus } from './figures';
