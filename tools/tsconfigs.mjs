// The TypeScript programs of the workspace, relative to its root: between them they hold every file that is checked.
export const TSCONFIGS = [
  'tsconfig.json',
  'apps/backtester/page/tsconfig.json',
  'apps/dashboard/page/tsconfig.json',
];
