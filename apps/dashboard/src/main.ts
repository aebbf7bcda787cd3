import { runService } from '@neuraltrade/service';
import { dashboardServiceConfig } from './config';
import { startDashboardService } from './service';

void runService({
  name: 'dashboard',
  parse: dashboardServiceConfig,
  // A token in a file may be renewed while this runs.
  main: (context) => startDashboardService(context, () => dashboardServiceConfig(process.env).INFLUX_TOKEN),
});
