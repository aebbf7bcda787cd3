import { runService } from '@neuraltrade/service';
import { recorderServiceConfig } from './recorder/config';
import { startRecorderService } from './recorder/service';

void runService({ name: 'backtester', parse: recorderServiceConfig, main: startRecorderService });
