export type { Environment } from './find-program';
export * from './influx';
export * from './infra-env';
export * from './missing-service-error';
export { missingServices } from './missing-services';
export { isTaken } from './free-port';
export * from './rabbitmq';
export { sharedRabbitMq, whyNoRabbitMq, type SharedRabbitMq } from './shared-servers/shared-rabbitmq';
export { bundles, eventually, type Readiness, ServiceProcess } from './testing/service-process';
