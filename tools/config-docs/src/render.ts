import type { ConfigVariable } from '@neuraltrade/service';
import type { Section } from './sections';

const HEAD = `# Configuration

Every setting is an environment variable. An empty variable counts as absent. A start with faults prints all of them, one sentence
each, and leaves with exit code 78. A secret \`X\` may be given as \`X_FILE\`, the path of a file that holds it; secrets are never
printed.

This file is generated from the schemas that the services parse their environment with; a test fails when it is stale. Write it
anew with \`node tools/run.mjs tools/config-docs\`.
`;

/** The text of docs/config.md. */
export function renderConfigDocs(sections: readonly Section[]): string {
  return [HEAD, ...sections.map(renderSection)].join('\n');
}

function renderSection({ title, intro, variables }: Section): string {
  const rows = variables.map(renderRow);
  return `## ${title}

${intro}

| variable | default | values | meaning |
|---|---|---|---|
${rows.join('\n')}
`;
}

function renderRow({ name, defaultText, required, range, description, secret }: ConfigVariable): string {
  const fallback = required ? '**required**' : defaultText === '' ? '' : code(defaultText);
  const meaning = secret ? `${description} Secret.` : description;
  return `| \`${name}\` | ${fallback} | ${escapeCell(range)} | ${escapeCell(meaning)} |`;
}

function code(text: string): string {
  return text.includes(': ') ? escapeCell(text) : `\`${escapeCell(text)}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
