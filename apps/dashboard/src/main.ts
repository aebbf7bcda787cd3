import { runService } from '@neuraltrade/service';
import { dashboardServiceConfig } from './config';
import { startDashboardService } from './service';

void runService({ name: 'dashboard', parse: dashboardServiceConfig, main: startDashboardService });
