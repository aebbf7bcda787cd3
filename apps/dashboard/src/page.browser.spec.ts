import { findChromium, NO_CHROMIUM } from '@neuraltrade/infra';
import { connectionFacts } from './testing/page-facts/connection';
import { firstLoadFacts } from './testing/page-facts/first-load';
import { liveUpdateFacts } from './testing/page-facts/live-updates';
import { looksFacts } from './testing/page-facts/looks';
import { switchingFacts } from './testing/page-facts/switching';
import { tapeGapsSignalsFacts } from './testing/page-facts/tape-gaps-signals';
import { PageRig } from './testing/page-rig';

const executable = findChromium(process.env);
const SENTENCE = `the page in a browser (${NO_CHROMIUM})`;

if (executable === null) {
  (process.env['REQUIRE_SERVICES'] === '1' ? test : test.skip)(SENTENCE, () => {
    throw new Error(`REQUIRE_SERVICES=1, but this was not tested: ${SENTENCE}.`);
  });
} else {
  describe('the page in a browser', () => pageFacts(executable));
}

/** One page in one browser lives through all of it, in this order. */
function pageFacts(chromium: string): void {
  jest.setTimeout(60_000);
  let rig: PageRig;
  const current = (): PageRig => rig;
  beforeAll(async () => {
    rig = await PageRig.start(chromium);
  });
  afterAll(() => rig.stop());

  firstLoadFacts(current);
  liveUpdateFacts(current);
  tapeGapsSignalsFacts(current);
  switchingFacts(current);
  looksFacts(current);
  connectionFacts(current);
}
