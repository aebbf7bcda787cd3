import { adapterApp } from '@neuraltrade/exchange';
import { runService } from '@neuraltrade/service';

void runService(adapterApp('kraken'));
