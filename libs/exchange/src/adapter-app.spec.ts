import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { venues } from '@neuraltrade/venues';
import { adapterApp } from './adapter-app';

const apps = join(__dirname, '../../../apps');

describe('the adapter apps', () => {
  it.each(venues.map(({ name }) => name))('have one for %s', (name) => {
    const { name: app } = adapterApp(name);
    expect(existsSync(join(apps, app, 'project.json'))).toBe(true);
    expect(readFileSync(join(apps, app, 'src/main.ts'), 'utf8')).toContain(`adapterApp('${name}')`);
  });

  it('do not exist for a venue that nobody registered', () => {
    expect(() => adapterApp('nowhere')).toThrow(
      `No venue is called nowhere; there are ${venues.map(({ name }) => name).join(', ')}.`,
    );
  });
});
