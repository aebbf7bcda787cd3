// Module boundaries as ESLint rules, read from the real `type:` tags of every project.json: which project may import
// which, and what contract and pure libraries may touch at all.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';

/** What a project of each type may import of ours. */
export const ALLOWED_IMPORTS = {
  contract: [],
  pure: ['contract', 'pure'],
  io: ['contract', 'pure', 'io'],
  app: ['contract', 'pure', 'io'],
  composition: ['contract', 'pure', 'io', 'app'],
  tool: ['contract', 'pure', 'io', 'app', 'composition'],
};
/** npm packages of the types that are closed to all others; tests may import any. */
const ALLOWED_PACKAGES = { contract: ['zod'], pure: [] };
const ALIAS = '@neuraltrade/';
const QUERIES = 'queries/';

/** Every project below apps, libs and tools as {root, name, type}; one without exactly one type tag is refused. */
export function readProjects(workspaceRoot) {
  return ['apps', 'libs', 'tools'].flatMap((group) =>
    readdirSync(join(workspaceRoot, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isProject(join(workspaceRoot, group, entry.name)))
      .map((entry) => ({
        root: `${group}/${entry.name}`,
        name: entry.name,
        type: typeOf(workspaceRoot, `${group}/${entry.name}`),
      })),
  );
}

function isProject(folder) {
  return existsSync(join(folder, 'project.json')) || existsSync(join(folder, 'src'));
}

function typeOf(workspaceRoot, root) {
  const file = join(workspaceRoot, root, 'project.json');
  const { tags = [] } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const types = tags.filter((tag) => tag.startsWith('type:')).map((tag) => tag.slice('type:'.length));
  if (types.length !== 1 || !Object.hasOwn(ALLOWED_IMPORTS, types[0])) {
    throw new Error(
      `${root}/project.json needs exactly one tag type:${Object.keys(ALLOWED_IMPORTS).join('|')}.`,
    );
  }
  return types[0];
}

/** Why `file` (relative to the workspace) may not import `specifier`, or undefined when it may. */
export function importFault(projects, file, specifier) {
  const path = file.split(sep).join('/');
  const project = projects.find(({ root }) => path.startsWith(`${root}/`));
  if (project === undefined) return undefined;
  if (specifier.startsWith('.')) {
    const target = join(dirname(path), specifier).split(sep).join('/');
    // Query files are text, kept at the top level for people who run them by hand.
    if (target.startsWith(QUERIES) && target.endsWith('.flux')) return undefined;
    if (target === project.root || target.startsWith(`${project.root}/`)) return undefined;
    return `'${specifier}' leaves ${project.root}: another project is imported by its alias ${ALIAS}<name>.`;
  }
  if (specifier.startsWith(ALIAS)) return aliasFault(projects, project, specifier);
  const packages = ALLOWED_PACKAGES[project.type];
  if (packages === undefined || isTest(path)) return undefined;
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    return `${project.root} (type:${project.type}) may not import ${specifier}: it does no input or output.`;
  }
  if (packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return undefined;
  return `${project.root} (type:${project.type}) may not import the package ${specifier}.`;
}

function aliasFault(projects, project, specifier) {
  const name = specifier.slice(ALIAS.length);
  const other = projects.find((candidate) => candidate.name === name);
  if (other === undefined)
    return `There is no project ${specifier}; files inside a project are not for others.`;
  if (other.root === project.root) return `${project.root} imports itself: use a relative path.`;
  if (ALLOWED_IMPORTS[project.type].includes(other.type)) return undefined;
  return `${project.root} (type:${project.type}) may not import ${other.root} (type:${other.type}).`;
}

function isTest(path) {
  return path.endsWith('.spec.ts');
}

/** The rule `boundaries/imports`: every way in which a module can name another one. */
function importsRule(workspaceRoot, projects) {
  return {
    meta: { type: 'problem', schema: [] },
    create(context) {
      const file = relative(workspaceRoot, context.filename);
      const check = (node, source) => {
        if (typeof source?.value !== 'string') {
          context.report({
            node,
            message: 'A module is imported by a literal name, so that boundaries can be checked.',
          });
          return;
        }
        const message = importFault(projects, file, source.value);
        if (message !== undefined) context.report({ node: source, message });
      };
      return {
        ImportDeclaration: (node) => check(node, node.source),
        ExportAllDeclaration: (node) => check(node, node.source),
        ExportNamedDeclaration: (node) => node.source && check(node, node.source),
        ImportExpression: (node) => check(node, node.source),
        TSImportType: (node) => check(node, node.source),
        TSExternalModuleReference: (node) => check(node, node.expression),
        'CallExpression[callee.name="require"]': (node) => check(node, node.arguments[0]),
      };
    },
  };
}

const TIME = 'take the time as an argument.';
const CLOSED_GLOBALS = {
  process: 'read no environment: take the value as an argument.',
  performance: `read no clock: ${TIME}`,
  setTimeout: `own no timers: ${TIME}`,
  setInterval: `own no timers: ${TIME}`,
  setImmediate: `own no timers: ${TIME}`,
  crypto: 'draw no random numbers: take the value as an argument.',
  fetch: 'do no input or output.',
  WebSocket: 'do no input or output.',
  globalThis: 'reach for no globals.',
  global: 'reach for no globals.',
};
const PURITY = {
  'no-restricted-globals': [
    'error',
    ...Object.entries(CLOSED_GLOBALS).map(([name, why]) => ({
      name,
      message: `Contract and pure libraries ${why}`,
    })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: `Contract and pure libraries read no clock: ${TIME}` },
    { object: 'Math', property: 'random', message: 'Contract and pure libraries draw no random numbers.' },
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: ':matches(NewExpression[arguments.length=0], CallExpression)[callee.name="Date"]',
      message: `Contract and pure libraries read no clock: ${TIME}`,
    },
  ],
};
const ENVIRONMENT = {
  'no-restricted-properties': [
    'error',
    {
      object: 'process',
      property: 'env',
      message:
        'Only config.ts and main.ts of an app and runService read the environment: take it as an argument.',
    },
  ],
};

/** ESLint flat-config blocks that hold every project to its type. */
export function boundaryRules(workspaceRoot) {
  const projects = readProjects(workspaceRoot);
  const roots = (...types) => projects.filter(({ type }) => types.includes(type)).map(({ root }) => root);
  const sources = (...types) => roots(...types).map((root) => `${root}/**/*.ts`);
  return [
    {
      files: ['{apps,libs,tools}/**/*.ts'],
      plugins: { boundaries: { rules: { imports: importsRule(workspaceRoot, projects) } } },
      rules: { 'boundaries/imports': 'error' },
    },
    {
      files: sources('io', 'app', 'composition'),
      ignores: [
        '**/*.spec.ts',
        '**/fixtures/**',
        'apps/*/src/{config,main}.ts',
        'libs/service/src/run-service.ts',
        // Loaded by Jest itself, which passes no arguments of ours.
        'libs/infra/src/shared-servers/start.ts',
      ],
      rules: ENVIRONMENT,
    },
    { files: sources('contract', 'pure'), ignores: ['**/*.spec.ts'], rules: PURITY },
  ];
}
