import { runService } from '@neuraltrade/service';
import { mlEngineServiceConfig } from './config';
import { startMlEngineService } from './service';

void runService({ name: 'ml-engine', parse: mlEngineServiceConfig, main: startMlEngineService });
