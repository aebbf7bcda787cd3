import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An app that `npm run serve` starts. */
export interface ServedApp {
  /** Its name ('adapter-binance'). */
  readonly name: string;
  /** Its folder relative to the workspace ('apps/adapter-binance'). */
  readonly project: string;
  /** When it is stopped: those that bring data in first (0), those that take it last. */
  readonly stopStage: number;
}

/** Every app whose project.json has a serve target and says in its metadata when it is stopped, in that order. */
export function servedApps(workspace: string): ServedApp[] {
  return readdirSync(join(workspace, 'apps'))
    .map((name) => ({ name, file: join(workspace, 'apps', name, 'project.json') }))
    .filter(({ file }) => existsSync(file))
    .flatMap(({ name, file }) => {
      const { targets, metadata } = JSON.parse(readFileSync(file, 'utf8')) as ProjectFile;
      const stopStage = metadata?.serve?.stopStage;
      if (targets?.['serve'] === undefined || stopStage === undefined) return [];
      return [{ name, project: `apps/${name}`, stopStage }];
    })
    .sort((a, b) => a.stopStage - b.stopStage || a.name.localeCompare(b.name));
}

/** The variable that holds a service's port of health and metrics under serve ('PROCESSOR_HTTP_PORT'). */
export function portVariable(service: string): string {
  return `${service.toUpperCase().replaceAll('-', '_')}_HTTP_PORT`;
}

/** A service's line in which its port of health and metrics has the name that sets it under serve. */
export function underServe(service: string, line: string): string {
  return line.replace(/\bHTTP_PORT\b/g, portVariable(service));
}

interface ProjectFile {
  readonly targets?: Readonly<Record<string, unknown>>;
  readonly metadata?: { readonly serve?: { readonly stopStage?: number } };
}
