import { inspect } from 'node:util';
import { dashboardConfig, dashboardEnvSchema, dashboardServiceSchema } from '@neuraltrade/dashboard';
import { adapterApp, adapterServiceSchema } from '@neuraltrade/exchange';
import { sinkServiceConfig, sinkServiceSchema } from '@neuraltrade/influx-sink';
import { processorServiceConfig, processorServiceSchema } from '@neuraltrade/processor';
import { ConfigError, describeConfig, type Env, ExpectedError, parseConfig } from '@neuraltrade/service';
import { venues } from '@neuraltrade/venues';
import fc from 'fast-check';
import type { z } from 'zod';

/** Environments drawn for each service; CONFIG_RUNS=20000 is the long run. */
const RUNS = Number(process.env['CONFIG_RUNS'] ?? 60);
const CANARY = 'canary';

interface Subject {
  readonly name: string;
  readonly schemas: readonly z.ZodType[];
  readonly parse: (env: Env) => unknown;
}

const SUBJECTS: readonly Subject[] = [
  { name: 'processor', schemas: [processorServiceSchema], parse: processorServiceConfig },
  { name: 'influx-sink', schemas: [sinkServiceSchema], parse: sinkServiceConfig },
  { name: 'dashboard', schemas: [dashboardEnvSchema], parse: dashboardConfig },
  {
    name: 'the dashboard as a service',
    schemas: [dashboardServiceSchema],
    parse: (env) => parseConfig(dashboardServiceSchema, env),
  },
  // Adapters share their code; of the venue only names and addresses differ.
  ...venues.slice(0, 1).map((venue) => ({
    name: `adapter-${venue.name}`,
    schemas: [adapterServiceSchema(venue)],
    parse: (env: Env) => adapterApp(venue.name).parse(env, []),
  })),
];

const plausible = fc.constantFrom(
  ...[
    '0',
    '1',
    '-1',
    '100',
    '65535',
    '1e3',
    '0x10',
    '9007199254740993',
    '1.5',
    'true',
    'live',
    ' 7 ',
    '',
    ',',
  ],
  ...[
    'BTC/USDT',
    'BTC/USDT,ETH/USDT',
    'btc',
    '1m,5m',
    '7m',
    'http://host',
    'https://',
    'wss://[::1]:1/ws',
    'amqp://h',
  ],
  ...[
    `amqp://u:${CANARY}@h`,
    `amqp://u:${CANARY}%zz@h`,
    `amqps://${CANARY}@h,http://${CANARY}`,
    `${CANARY}\n`,
  ],
  ...[
    '/nowhere',
    '/',
    '\u0000',
    `${CANARY}${'x'.repeat(5_000)}`,
    '__proto__',
    '${jndi}',
    '%s%n',
    'é'.repeat(40),
  ],
);
const value = fc.oneof(
  plausible,
  plausible,
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
);

describe.each(SUBJECTS.map((subject) => [subject.name, subject] as const))(
  '%s',
  (_name, { schemas, parse }) => {
    const variables = schemas.flatMap(describeConfig);
    const secrets = new Set(variables.filter(({ secret }) => secret).map(({ name }) => name));
    const names = variables.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
    const environments = fc.dictionary(fc.constantFrom(...names), value, {
      maxKeys: 12,
      noNullPrototype: true,
    });

    test('any environment is a configuration or refused in sentences that name a variable and tell no secret', () => {
      let taken = 0;
      const valid: Env = {
        AMQP_URLS: 'amqp://127.0.0.1',
        INFLUX_URL: 'http://127.0.0.1',
        INFLUX_TOKEN: 'a-token-here',
      };
      fc.assert(
        fc.property(environments, fc.boolean(), (drawn, helped) => {
          const env = helped ? { ...valid, ...drawn } : drawn;
          try {
            parse(env);
            taken += 1;
          } catch (error) {
            if (!(error instanceof ConfigError)) throw error;
            expect(error.exitCode).toBe(78);
            for (const fault of error.faults) {
              expect(fault).toMatch(/^[A-Z][A-Z0-9_]* .{5,600}$/su);
              // One line, whatever the value held.
              expect(fault).not.toMatch(/\p{Cc}/u);
            }
            for (const name of secrets)
              if ((env[name] ?? '').includes(CANARY)) expect(faultsOf(error, name)).not.toContain(CANARY);
          }
        }),
        { numRuns: RUNS },
      );
      expect(taken).toBeGreaterThan(0);
    });

    test('a variable that is 100 KB long is refused at once, and cut where it is quoted', () => {
      for (const name of names)
        for (const piece of ['a', '1', ',', '/', '%', 'A/'])
          try {
            parse({ [name]: piece.repeat(100_000 / piece.length) });
          } catch (error) {
            expect(error).toBeInstanceOf(ExpectedError);
            expect(inspect(error).length).toBeLessThan(20_000);
          }
    });
  },
);

function faultsOf({ faults }: ConfigError, name: string): string {
  // A file's name is no secret: whoever writes the secret there is told that no such file can be read.
  return faults.filter((fault) => fault.startsWith(`${name} `)).join('\n');
}
