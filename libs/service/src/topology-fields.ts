import { DEFAULT_PARTITIONS, DEFAULT_QUEUE_MAX_BYTES } from '@neuraltrade/contracts';
import { integer } from './fields';

/** The variables that every service on the bus must agree on; spread them into the service's z.object. */
export const topologyFields = {
  PARTITIONS: integer({
    description: 'Number of partitions of market.raw; the same in every service, and for ever.',
    default: DEFAULT_PARTITIONS,
    min: 1,
    max: 1_024,
  }),
  QUEUE_MAX_BYTES: integer({
    description: 'Upper bound of the waiting messages of each core queue; the same in every service.',
    default: DEFAULT_QUEUE_MAX_BYTES,
    min: 65_536,
    unit: 'bytes',
  }),
};
