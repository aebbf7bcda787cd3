import { readFileSync } from 'node:fs';
import { cell, type PageRig } from '../page-rig';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What reaches beyond the window, or has to be scrolled sideways. */
const TOO_WIDE = `[...document.querySelectorAll('html, body, body *')]
  .filter((each) => each.checkVisibility() && !each.closest('.hidden-label'))
  .filter(
    (each) =>
      each.getBoundingClientRect().right > innerWidth + 0.5 ||
      (getComputedStyle(each).overflowX === 'auto' && each.scrollWidth > each.clientWidth),
  )
  .map((each) => each.id || each.className || each.tagName)`;

/** Of the head, the line of figures and the key of marks: what their box cuts off. */
const CUT_OFF = `[...document.querySelectorAll('.top, .legend, .key')].flatMap((box) =>
  [...box.children]
    .filter((each) => each.checkVisibility())
    .filter((each) => {
      const [inner, outer] = [each.getBoundingClientRect(), box.getBoundingClientRect()];
      return inner.right > Math.min(outer.right, innerWidth) + 0.5 || inner.bottom > outer.bottom + 0.5;
    })
    .map((each) => box.className + ': ' + (each.id || each.innerText)))`;

interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** How the page looks and whom it serves: light and dark, small screens, keyboards and screen readers. */
export function looksFacts(rig: () => PageRig): void {
  const graveFindings = async (): Promise<string[]> => {
    await rig().page.evaluate(AXE);
    const violations = await rig().page.evaluate<AxeViolation[]>(
      "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  };

  test.each(['light', 'dark'] as const)('nobody is shut out in %s colours', async (colorScheme) => {
    await rig().page.emulateMedia({ colorScheme });
    expect(await graveFindings()).toEqual([]);
  });

  test('a theme that was chosen stays, whatever the system says', async () => {
    const background = (): Promise<string> =>
      rig().page.evaluate('getComputedStyle(document.body).backgroundColor');
    await rig().page.emulateMedia({ colorScheme: 'dark' });
    const dark = await background();
    await rig().page.keyboard.press('t');
    expect(await background()).not.toBe(dark);
    await rig().page.reload();
    expect(await background()).not.toBe(dark);
    await rig().page.click('#theme');
    expect(await background()).toBe(dark);
    await rig().page.click('#theme');
    expect(await rig().at('#theme').getAttribute('aria-label')).toBe('Colours: system');
  });

  test('the help lists the shortcuts and closes by Escape', async () => {
    await rig().page.keyboard.press('?');
    await rig().shows('#shortcut-list', /next symbol/);
    expect(await graveFindings()).toEqual([]);
    await rig().page.keyboard.press('Escape');
    expect(await rig().at('#help').isVisible()).toBe(false);
  });

  test('at phone width one panel is shown at a time, and nothing scrolls sideways', async () => {
    await rig().page.setViewportSize({ width: 360, height: 740 });
    const tooWide = (): Promise<readonly string[]> => rig().page.evaluate(TOO_WIDE);
    for (const panel of ['prices', 'chart', 'tape', 'signals', 'pipeline']) {
      await rig().page.click(`#tabs [data-choice="${panel}"]`);
      expect(await rig().at(`#panel-${panel}`).isVisible()).toBe(true);
      expect(await rig().page.locator('main .panel:visible').count()).toBe(1);
      expect(await tooWide()).toEqual([]);
    }
    expect(await graveFindings()).toEqual([]);
    await rig().page.click('#tabs [data-choice="prices"]');
    expect(
      await rig()
        .page.locator(`${cell('kraken', 'BTC/USDT')} .bps`)
        .isVisible(),
    ).toBe(true);
  });

  test.each([770, 820, 1024, 1280, 1440, 1920])('at a width of %i nothing is cut off', async (width) => {
    await rig().page.setViewportSize({ width, height: 900 });
    await rig().chartShows({ state: 'ready' });
    expect(await rig().page.evaluate(CUT_OFF)).toEqual([]);
    if (width >= 1280) expect(await rig().page.evaluate(TOO_WIDE)).toEqual([]);
  });

  test('nothing was asked of third parties and nothing failed', () => {
    expect(rig().foreignRequests).toEqual([]);
    // The one 404 is the unknown symbol's.
    expect(rig().faults.filter((fault) => !fault.includes('404'))).toEqual([]);
  });
}
