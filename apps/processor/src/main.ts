import { runService } from '@neuraltrade/service';
import { processorServiceConfig } from './config';
import { startProcessorService } from './service';

void runService({ name: 'processor', parse: processorServiceConfig, main: startProcessorService });
