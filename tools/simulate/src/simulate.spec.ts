import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { readArguments } from './arguments';

const ROOT = join(__dirname, '../../..');
jest.setTimeout(60_000);

interface Addresses {
  readonly control: string;
  readonly venues: Record<
    string,
    { webSocketUrl: string; restUrl: string; symbols: string[]; faults: string[] }
  >;
}
type Line = Record<string, unknown>;

/** The command as a process, with its first line read. */
class Simulation {
  readonly ended: Promise<number | null>;
  addresses: Addresses = { control: '', venues: {} };
  errors = '';
  private readonly child: ChildProcess;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, ['tools/run.mjs', 'tools/simulate', ...args], { cwd: ROOT });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  async listening(): Promise<this> {
    let out = '';
    for await (const chunk of this.child.stdout as AsyncIterable<Buffer>) {
      out += chunk.toString();
      if (out.includes('\n')) break;
    }
    this.addresses = JSON.parse(out) as Addresses;
    return this;
  }

  async ask(method: string, path: string, body?: string): Promise<{ status: number; body: Line }> {
    const response = await fetch(this.addresses.control + path, {
      method,
      ...(body !== undefined && { body }),
    });
    return { status: response.status, body: (await response.json()) as Line };
  }

  kill(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** A client of Bybit's trades: the ids that it has received. */
async function tradesOf({ addresses }: Simulation): Promise<{ ids: string[]; open: () => boolean }> {
  const socket = new WebSocket(addresses.venues['bybit']?.webSocketUrl ?? '');
  const ids: string[] = [];
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  socket.addEventListener('message', ({ data }) => {
    const text = (data as Buffer).toString();
    // Frames of the fault 'garbage' are no JSON.
    for (const [, id = ''] of text.endsWith('}') ? text.matchAll(/"i":"(\d+)"/g) : []) ids.push(id);
  });
  socket.send('{"op":"subscribe","args":["publicTrade.BTCUSDT"]}');
  return { ids, open: () => socket.readyState === WebSocket.OPEN };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited 20 s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let folder: string;
let truth: string;
const running: Simulation[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulate-'));
  truth = join(folder, 'truth.ndjson');
});
afterEach(async () => {
  for (const simulation of running.splice(0)) await simulation.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});
const start = (...args: string[]): Promise<Simulation> => {
  const simulation = new Simulation([
    ...(args.includes('--rate') ? [] : ['--rate', '200']),
    '--history',
    '0s',
    '--truth',
    truth,
    ...args,
  ]);
  running.push(simulation);
  return simulation.listening();
};
const logged = (): Line[] =>
  readFileSync(truth, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
const loggedIds = (): unknown[] => logged().flatMap(({ tradeId }) => tradeId ?? []);

test('the control interface carries out faults, holds the trading and ends the process in order', async () => {
  const simulation = await start();
  const client = await tradesOf(simulation);
  await until(() => client.ids.length > 5, 'trades');
  expect(await simulation.ask('GET', '/venues')).toEqual({ status: 200, body: simulation.addresses });
  const command = { fault: 'drop-trades', exchange: 'bybit', symbol: 'BTC/USDT', count: 2 };
  const ordered = await simulation.ask('POST', '/faults', JSON.stringify(command));
  expect(ordered).toMatchObject({ status: 200, body: { id: 1, fault: 'drop-trades', exchange: 'bybit' } });
  const dropped = (): unknown[] =>
    logged().flatMap(({ tradeIds }) => (tradeIds as string[] | undefined) ?? []);
  await until(() => dropped().length === 2, 'the dropped trades in the log');
  expect((await simulation.ask('GET', '/faults')).body).toMatchObject([{ id: 1, symbol: 'BTC/USDT' }]);
  expect((await simulation.ask('GET', '/statistics')).body).toMatchObject({
    clients: 1,
    violations: [],
    faults: { 'drop-trades': 1 },
  });
  await simulation.ask('POST', '/hold');
  const { trades } = (await simulation.ask('GET', '/statistics')).body;
  const chosen = await simulation.ask('POST', '/faults', '{"fault":"garbage"}');
  expect(chosen.body).toMatchObject({ id: 2, fault: 'garbage', exchange: expect.any(String) as string });
  expect((await simulation.ask('GET', '/statistics')).body['trades']).toBe(trades);
  expect(client.open()).toBe(true);
  await simulation.ask('POST', '/stop');
  expect(await simulation.ended).toBe(0);
  expect(loggedIds()).toEqual(client.ids);
});

test('the control interface refuses in sentences what it cannot do', async () => {
  const simulation = await start();
  const refusal = async (body: string): Promise<unknown> => {
    const answer = await simulation.ask('POST', '/faults', body);
    return [answer.status, (answer.body['error'] as Line)['message']];
  };
  expect(await refusal('{')).toEqual([400, 'The body is not JSON.']);
  expect(await refusal('[]')).toEqual([400, expect.stringContaining('A fault is a JSON object')]);
  expect(await refusal('{"fault":"flood"}')).toEqual([
    400,
    expect.stringContaining('There is no fault "flood"'),
  ]);
  expect(await refusal('{"fault":"stall","exchange":"nowhere"}')).toEqual([
    400,
    "No venue 'nowhere' is simulated.",
  ]);
  expect(await refusal('{"fault":"stall","symbol":"BTC/USD"}')).toEqual([
    400,
    'stall befalls a whole venue; leave the symbol out.',
  ]);
  expect(await refusal('{"fault":"drop-trades","count":0}')).toEqual([
    400,
    "The 'count' of drop-trades must be a whole number from 1 to 10000, not 0.",
  ]);
  expect(await refusal('{"fault":"announce-shutdown","exchange":"kraken"}')).toEqual([
    400,
    'announce-shutdown is not possible on kraken.',
  ]);
  expect((await simulation.ask('POST', '/faults', ' '.repeat(20_000))).status).toBe(413);
  expect((await simulation.ask('GET', '/elsewhere')).status).toBe(404);
  expect((await simulation.ask('GET', '/hold')).status).toBe(404);
});

test('after kill -9 the truth log holds every trade that a client has received', async () => {
  const simulation = await start('--rate', '2000');
  const client = await tradesOf(simulation);
  await until(() => client.ids.length > 200, 'trades');
  await simulation.kill('SIGKILL');
  const ids = new Set(loggedIds());
  expect(client.ids.filter((id) => !ids.has(id))).toEqual([]);
});

test('scheduled faults are carried out, and a saved market goes on', async () => {
  const first = await start(
    '--data-dir',
    folder,
    '--faults',
    'duplicate-frames,garbage',
    '--fault-every',
    '200ms',
  );
  const client = await tradesOf(first);
  const happened = (name: string): boolean => logged().some(({ fault }) => fault === name);
  await until(
    () => happened('duplicate-frames') && happened('garbage') && client.ids.length > 10,
    'both faults',
  );
  expect(await first.kill('SIGTERM')).toBe(0);
  const second = await start('--data-dir', folder);
  const later = await tradesOf(second);
  await until(() => later.ids.length > 0, 'trades of the second run');
  expect(BigInt(later.ids[0] ?? '0')).toBeGreaterThan(BigInt(client.ids.at(-1) ?? '0'));
});

test.each([
  [['--rate', '0'], '--rate must be a number'],
  [['--seed', '1.5'], '--seed must be a whole number'],
  [['--symbols', 'BTCUSDT'], 'is not a symbol'],
  [['--duration', '10'], '--duration must be a time'],
  [['--faults', 'stall,flood'], 'There is no fault "flood"'],
  [['--fault-every', '5s'], '--fault-every has no effect without --faults'],
  [['--truth', ''], '--truth is given without a value'],
])('%j is refused', (args, sentence) => {
  expect(() => readArguments(args, '/')).toThrow(sentence);
});
