// Builds one project and runs it in this process' place: `node tools/run.mjs apps/standalone --port 9090`.
import { spawn } from 'node:child_process';
import { bundle } from './bundle.mjs';

const [project, ...args] = process.argv.slice(2);
try {
  const file = await bundle(project);
  const child = spawn(process.execPath, ['--enable-source-maps', file, ...args], { stdio: 'inherit' });
  // A terminal signals the whole group; a supervisor signals only us: pass it on and let the child decide when to end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
