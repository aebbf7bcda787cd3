import { FAULT_NAMES, type FaultKind, isFaultKind } from '@neuraltrade/venue-simulator';

/** What can be verified. */
export type TargetName = 'standalone' | 'services';

/** A pipeline's own faults, by target: the name, and what is done, for people. */
export const OWN_FAULTS = {
  standalone: {
    kill: 'kill -9 and start again',
  },
  services: {
    'kill-adapter': 'kill -9 of one adapter, the next one each time, which starts again',
    'kill-processor': 'the same of the processor',
    'kill-sink': 'the same of the influx-sink',
    'kill-dashboard': 'the same of the dashboard',
    'freeze-adapter': 'SIGSTOP of one adapter, the next one each time, and SIGCONT some seconds later',
    'freeze-processor':
      'a second processor joins; the first is frozen for longer than the broker waits for it, loses its share to the ' +
      'second, and goes on as one that does not know; then the second leaves',
    'freeze-sink': 'SIGSTOP and SIGCONT of the influx-sink',
    'freeze-dashboard': 'the same of the dashboard',
    'hand-over-processor': 'a second processor joins and takes its share, then the first leaves in order',
    'restart-broker': 'RabbitMQ stops in order and starts again',
    'kill-broker': 'kill -9 of RabbitMQ, which starts again',
    'freeze-broker': 'SIGSTOP and SIGCONT of RabbitMQ',
    'cut-broker-links': 'every connection of a service to RabbitMQ is reset',
    'half-open-broker-links':
      'every connection to RabbitMQ goes silent in both directions for longer than heartbeats allow',
    'delete-queue':
      "the raw queue of one partition, the next one each time, is deleted while adapters publish: they are held until it is empty, since what a deleted queue holds is lost with it, as the delivery contract's boundary says",
    'restart-influx': 'InfluxDB stops in order and starts again',
    'kill-influx': 'kill -9 of InfluxDB, which starts again',
    'freeze-influx': 'SIGSTOP and SIGCONT of InfluxDB',
  },
} as const satisfies Readonly<Record<TargetName, Readonly<Record<string, string>>>>;

/** A fault that the services have of their own. */
export type ServicesFault = keyof typeof OWN_FAULTS.services;

/** Other names of the simulator's faults. */
const SYNONYMS: Readonly<Record<string, FaultKind>> = {
  'cut-sockets': 'cut-clients',
  'drop-frames': 'drop-trades',
};

/** The simulator's name of a fault; null when the simulator has none of that name. */
export function simulatedFault(name: string): FaultKind | null {
  const own = SYNONYMS[name] ?? name;
  return isFaultKind(own) ? own : null;
}

/** Names of a target's own faults. */
export function ownFaults(target: TargetName): readonly string[] {
  return Object.keys(OWN_FAULTS[target]);
}

/** The faults that a list by comma asks for; null in place of a list with a name that the target does not know. */
export function faultNames(list: string, target: TargetName): readonly string[] | { unknown: string } {
  if (list === 'none') return [];
  const own = ownFaults(target);
  const chosen = new Map<string, string>();
  for (const name of list.split(',')) {
    // What is asked for by name keeps that name.
    if (name === 'all') {
      for (const each of [...own, ...FAULT_NAMES]) if (!chosen.has(each)) chosen.set(each, each);
    } else if (own.includes(name)) chosen.set(name, name);
    else {
      const simulated = simulatedFault(name);
      if (simulated === null) return { unknown: name };
      chosen.set(simulated, name);
    }
  }
  return [...chosen.values()];
}

/** The target that a list of faults is meant for where none is named: services as soon as one of theirs is asked for. */
export function targetOf(list: string): TargetName {
  const own = ownFaults('services');
  return list.split(',').some((name) => own.includes(name)) ? 'services' : 'standalone';
}

/** Names that may be given instead, for people. */
export const SYNONYM_TEXT = Object.entries(SYNONYMS)
  .map(([name, own]) => `${name} = ${own}`)
  .join(', ');
