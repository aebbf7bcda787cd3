// Every integration suite, run on RabbitMQ 4 and a cluster of it instead of the machine's own version. RABBITMQ_SERVER names its
// rabbitmq-server. `npm run test:rabbitmq4 -- broker-versions` runs files with a word in their path.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const HOW = `Set RABBITMQ_SERVER to the rabbitmq-server of a RabbitMQ 4, with rabbitmqctl in the same folder. To get one:
- Debian 13 or newer: apt-get install rabbitmq-server, then RABBITMQ_SERVER=/usr/lib/rabbitmq/bin/rabbitmq-server
- an older Debian, as root: apt-get install debootstrap, then tools/rabbitmq4-chroot.sh DIR prints what to set
- anywhere with Erlang 26 or 27: unpack the generic Unix package, then RABBITMQ_SERVER=.../sbin/rabbitmq-server
Where a container engine such as Docker answers, npm test itself runs on the image rabbitmq:4.0.
`;
/** Says what is missing and ends with the code of a wrong call. */
function refuse(sentence) {
  process.stderr.write(`${sentence}\n${HOW}`);
  process.exit(2);
}

const server = process.env['RABBITMQ_SERVER'] ?? '';
if (server === '') refuse('RABBITMQ_SERVER is not set, so it is not known where RabbitMQ 4 is.');
const asked = spawnSync(join(dirname(server), 'rabbitmqctl'), ['version'], { encoding: 'utf8' });
if (asked.status !== 0) {
  refuse(`${server} was not found to be a RabbitMQ: ${asked.error?.message ?? asked.stderr.trim()}.`);
}
const version = asked.stdout.trim().split('\n').at(-1) ?? '';
if (Number.parseInt(version, 10) < 4) refuse(`${server} is RabbitMQ ${version}, not 4.`);

const [word] = process.argv.slice(2);
process.stdout.write(`The suites run on RabbitMQ ${version}.\n`);
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/jest/bin/jest.js',
    '--runInBand',
    ...['--selectProjects', 'integration'],
    ...(word === undefined ? [] : ['--testPathPatterns', word]),
  ],
  {
    cwd: root,
    env: { ...process.env, REQUIRE_SERVICES: '1', CLUSTER_ROUNDS: process.env['CLUSTER_ROUNDS'] ?? '1' },
    stdio: 'inherit',
  },
);
process.exit(status ?? 1);
