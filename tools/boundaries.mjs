// Module boundaries, read from the real `type:` tags of every project.json: which project may import which.
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

/** What a project of each type may import. A type that is missing here may import nothing of ours. */
export const ALLOWED_IMPORTS = {
  contract: [],
  pure: ['contract', 'pure'],
  io: ['contract', 'pure', 'io'],
  app: ['contract', 'pure', 'io'],
  composition: ['contract', 'pure', 'io', 'app'],
  tool: ['contract', 'pure', 'io', 'app'],
};

/** Every project below apps, libs and tools as {root, name, type}; a project without exactly one type tag is refused. */
export function readProjects(workspaceRoot) {
  return ['apps', 'libs', 'tools'].flatMap((folder) =>
    readdirSync(join(workspaceRoot, folder), { withFileTypes: true })
      .filter(
        (entry) => entry.isDirectory() && existsSync(join(workspaceRoot, folder, entry.name, 'project.json')),
      )
      .map((entry) => {
        const root = `${folder}/${entry.name}`;
        const { tags = [] } = JSON.parse(readFileSync(join(workspaceRoot, root, 'project.json'), 'utf8'));
        const types = tags.filter((tag) => tag.startsWith('type:')).map((tag) => tag.slice('type:'.length));
        if (types.length !== 1 || !(types[0] in ALLOWED_IMPORTS)) {
          throw new Error(
            `${root}/project.json needs one tag type:${Object.keys(ALLOWED_IMPORTS).join('|')}.`,
          );
        }
        return { root, name: entry.name, type: types[0] };
      }),
  );
}

const CLOCKS_AND_CHANCE = [
  {
    name: 'process',
    message: 'Contract and pure libraries read no environment: take the value as an argument.',
  },
  { name: 'setTimeout', message: 'Contract and pure libraries own no timers: take the time as an argument.' },
  {
    name: 'setInterval',
    message: 'Contract and pure libraries own no timers: take the time as an argument.',
  },
  {
    name: 'setImmediate',
    message: 'Contract and pure libraries own no timers: take the time as an argument.',
  },
];
const IMPURE_PROPERTIES = [
  {
    object: 'Date',
    property: 'now',
    message: 'Contract and pure libraries read no clock: take the time as an argument.',
  },
  { object: 'Math', property: 'random', message: 'Contract and pure libraries draw no random numbers.' },
];

/** ESLint flat-config blocks that forbid what ALLOWED_IMPORTS does not allow. */
export function boundaryRules(workspaceRoot) {
  const projects = readProjects(workspaceRoot);
  return projects.flatMap((project) => {
    const forbidden = projects.filter(
      (other) => other.root !== project.root && !ALLOWED_IMPORTS[project.type].includes(other.type),
    );
    const imports = {
      files: [`${project.root}/**/*.ts`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            paths: forbidden.map((other) => ({
              name: `@neuraltrade/${other.name}`,
              message: `${project.root} (type:${project.type}) may not import ${other.root} (type:${other.type}).`,
            })),
            patterns: [
              {
                regex: '^\\.\\.?/(.*/)?(src|apps|libs|tools)/',
                message:
                  'Another project is imported by its alias @neuraltrade/<name>, not by a relative path.',
              },
            ],
          },
        ],
      },
    };
    if (project.type !== 'contract' && project.type !== 'pure') return [imports];
    const purity = {
      files: [`${project.root}/src/**/*.ts`],
      ignores: ['**/*.spec.ts'],
      rules: {
        'no-restricted-globals': ['error', ...CLOCKS_AND_CHANCE],
        'no-restricted-properties': ['error', ...IMPURE_PROPERTIES],
      },
    };
    return [imports, purity];
  });
}
