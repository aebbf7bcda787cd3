import { runService } from '@neuraltrade/service';
import { signalsServiceConfig } from './config';
import { startSignalsService } from './service';

void runService({ name: 'signals', parse: signalsServiceConfig, main: startSignalsService });
