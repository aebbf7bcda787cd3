import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMetrics } from '@neuraltrade/metrics';
import { venues } from '@neuraltrade/venues';

jest.setTimeout(120_000);

const root = join(__dirname, '..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
/** Apps that are built into images. */
const apps = readdirSync(join(root, 'apps')).filter((name) =>
  existsSync(join(root, 'apps', name, 'src/main.ts')),
);
/** What a container is given beside its own settings. */
const imageEnv = { PATH: process.env['PATH'], HTTP_HOST: '127.0.0.1', HTTP_PORT: '0' };

describe('the files of an image', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'image-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const layOut = (app: string): string => {
    const out = join(folder, app);
    const { status, stderr } = spawnSync(process.execPath, ['tools/image-files.mjs', `apps/${app}`, out], {
      cwd: root,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return out;
  };

  it.each(apps.filter((app) => app !== 'standalone'))(
    'of %s start with no more than their native packages and name the settings that are missing',
    (app) => {
      const out = layOut(app);
      const packages = existsSync(join(out, 'node_modules')) ? readdirSync(join(out, 'node_modules')) : [];
      expect(packages.includes('onnxruntime-node')).toBe(app === 'ml-engine');
      expect(packages.includes('@duckdb')).toBe(app === 'backtester');
      if (app !== 'ml-engine' && app !== 'backtester') expect(packages).toEqual([]);
      const { status, stderr } = spawnSync(process.execPath, ['--enable-source-maps', 'main.cjs'], {
        cwd: out,
        env: imageEnv,
        encoding: 'utf8',
      });
      expect(stderr).toContain('AMQP_URLS is required');
      expect(status).toBe(78);
    },
  );

  /** Runs a laid out standalone until it shows where its page is. */
  const runStandalone = async (out: string, data: string): Promise<{ said: string; code: unknown }> => {
    const env = { ...imageEnv, PORT: '0', DATA_DIR: join(folder, data) };
    const child = spawn(process.execPath, ['--enable-source-maps', 'main.cjs'], { cwd: out, env });
    let said = '';
    const hear = (chunk: unknown): void => {
      said += String(chunk);
      if (said.includes('dashboard on http://localhost:')) child.kill('SIGTERM');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const code = await new Promise((resolve) => child.once('exit', resolve));
    return { said, code };
  };

  it('of standalone hold the native packages that it needs, and it runs', async () => {
    const { said, code } = await runStandalone(layOut('standalone'), 'data');
    expect(said).toContain('dashboard on http://localhost:');
    expect(said).not.toContain('There are no model signals');
    expect(code).toBe(0);
  });

  it('hold the native code of this machine alone', () => {
    const native = join(folder, 'standalone/node_modules/onnxruntime-node/bin/napi-v6');
    expect(readdirSync(native)).toEqual([process.platform]);
    expect(readdirSync(join(native, process.platform))).toEqual([process.arch]);
  });

  it('of standalone run without model signals where ONNX Runtime cannot be loaded, and say so', async () => {
    const out = join(folder, 'standalone');
    rmSync(join(out, 'node_modules/onnxruntime-node/bin'), { recursive: true });
    const { said, code } = await runStandalone(out, 'data-without-models');
    expect(said).toContain('There are no model signals: ONNX Runtime does not run on this machine');
    expect(said).toContain('dashboard on http://localhost:');
    expect(said).not.toMatch(/"level":"(error|fatal)"/);
    expect(code).toBe(0);
  });
});

describe('the composition', () => {
  const compose = text('docker/compose.yaml');
  const services = apps.filter((app) => app !== 'standalone');

  it.each(services)('runs %s', (app) => {
    expect(compose).toMatch(new RegExp(`^  ${app}:$`, 'm'));
    expect(compose).toContain(`args: { APP: ${app} }`);
    expect(text('docker/prometheus.yml')).toMatch(new RegExp(`- ${app}:\\d+$`, 'm'));
  });

  it('has an adapter for every venue', () => {
    expect(services.filter((app) => app.startsWith('adapter-')).sort()).toEqual(
      venues.map(({ name }) => `adapter-${name}`).sort(),
    );
  });

  it('holds no password: each is asked for', () => {
    const secrets = [...compose.matchAll(/(PASS|PASSWORD|TOKEN): (.*)$/gm)].map(([, , value]) => value);
    expect(secrets.length).toBeGreaterThan(4);
    for (const value of secrets) expect(value).toMatch(/^\$\{[A-Z_]+:(\?set it in docker\/\.env|-)\}$/);
  });

  it('publishes ports on this machine only', () => {
    const ports = [...compose.matchAll(/ports: \['([^']+)'\]/g)].map(([, port]) => port);
    expect(ports.length).toBe(3);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('shows metrics that the services have', () => {
    const known = new Set(
      createMetrics()
        .registry.getMetricsAsArray()
        .map(({ name }) => name),
    );
    const named = text('docker/grafana/dashboards/neuraltrade.json').match(/neuraltrade_[a-z_]+/g) ?? [];
    const unknown = named.filter(
      (name) => !known.has(name) && !known.has(name.replace(/_(bucket|sum|count)$/, '')),
    );
    expect(named.length).toBeGreaterThan(8);
    expect(unknown).toEqual([]);
  });
});
