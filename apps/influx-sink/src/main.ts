import { runService } from '@neuraltrade/service';
import { sinkServiceConfig } from './config';
import { startSinkService } from './service';

void runService({ name: 'influx-sink', parse: sinkServiceConfig, main: startSinkService });
