export { standaloneSchema } from './config';
