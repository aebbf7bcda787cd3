import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
import { type Environment, findProgram } from './find-program';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_PLACE = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** What a person reads where there is no browser. */
export const NO_CHROMIUM = 'no Chromium found: install it, or name one in CHROMIUM_BIN';

/** The browser that CHROMIUM_BIN names, or else one on PATH or in a usual place; null where there is none. */
export function findChromium(env: Environment): string | null {
  const { CHROMIUM_BIN: named = '' } = env;
  if (named !== '') return existsSync(named) ? named : null;
  for (const program of PROGRAMS) {
    const found = findProgram(program, env, ['/usr/bin']);
    if (found !== null) return found;
  }
  return existsSync(MAC_PLACE) ? MAC_PLACE : null;
}

/** A browser with a profile of its own. */
export interface Chromium {
  /** Where pages are opened. */
  readonly context: BrowserContext;
  /** Ends the browser and removes its profile. */
  close(): Promise<void>;
}

/**
 * Starts a browser that talks to nobody but the pages it is sent to.
 * @param executablePath what {@link findChromium} found.
 * @param options what pages find, such as the size of the window (1440 x 900) or the colour scheme.
 */
export async function startChromium(
  executablePath: string,
  options: Pick<BrowserContextOptions, 'viewport' | 'colorScheme' | 'deviceScaleFactor'> = {},
): Promise<Chromium> {
  // Only who opens a browser loads what drives it.
  const { chromium } = await import('playwright-core');
  const profile = await mkdtemp(join(tmpdir(), 'neuraltrade-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    viewport: { width: 1440, height: 900 },
    ...options,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const close = async (): Promise<void> => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { context, close };
}
