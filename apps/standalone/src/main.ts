import { runService } from '@neuraltrade/service';
import { standaloneConfig } from './config';
import { runStandalone } from './standalone';

void runService({ name: 'standalone', parse: standaloneConfig, main: runStandalone });
