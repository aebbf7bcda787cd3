// Builds one project and becomes it: `node tools/run.mjs apps/standalone --port 9090`. The bundle runs in this very process,
// so that signals, exit codes, stdin and stdout are its own and nobody has to pass them on.
import { createRequire } from 'node:module';
import { bundle, stopBuilding } from './bundle.mjs';

// A supervisor names itself, so that its end is noticed even if it comes before this line; npm does not, so it is whoever
// started this process.
const { npm_lifecycle_event: npmScript, STOP_WITH_PARENT: supervisor } = process.env;
const parent = Number(supervisor ?? process.ppid);
delete process.env.STOP_WITH_PARENT;
const [project, ...args] = process.argv.slice(2);
let file;
try {
  if (project === undefined)
    throw new Error('Name what to run: node tools/run.mjs apps/standalone [arguments].');
  file = await bundle(project);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
await stopBuilding();
if (npmScript !== undefined || supervisor !== undefined) stopWithParent();
process.setSourceMapsEnabled(true);
process.argv = [process.argv[0], file, ...args];
createRequire(file)(file);

/**
 * npm gives a SIGTERM to its shell, which dies without passing it on, and a supervisor may be killed: the program would
 * run on, seen by nobody.
 */
function stopWithParent() {
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
}
