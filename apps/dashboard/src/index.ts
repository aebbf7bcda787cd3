export { dashboardConfig, dashboardEnvSchema, dashboardServiceSchema, DEFAULT_CLIENT_LIMITS } from './config';
export type { ClientLimits, DashboardConfig } from './config';
export { createDashboard } from './dashboard';
export type { Dashboard, DashboardDeps } from './dashboard';
export type { MarketName } from './market-view';
export type { VenueAddress } from '../page/protocol';
