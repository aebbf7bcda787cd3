import { type PageRig } from '../page-rig';
import { RunningDashboard, until } from '../running-dashboard';

/** What the page says and does when there is no gateway, or one that asks for something. */
export function connectionFacts(rig: () => PageRig): void {
  test('a gateway with a token has the page ask for it', async () => {
    const token = 'a-token-of-16-letters';
    const guarded = await RunningDashboard.start({
      env: { AUTH_TOKEN: token },
      pageDirectory: rig().pageDirectory,
    });
    const visitor = await rig().browser.context.newPage();
    try {
      await visitor.goto(guarded.dashboard.url);
      await visitor.fill('#token', 'another-token-of-16');
      await visitor.click('#token-form button');
      await visitor.locator('#token-refused').waitFor();
      expect(await visitor.locator('#link').innerText()).toBe('Token needed');
      await visitor.fill('#token', token);
      await visitor.click('#token-form button');
      await until('Connected', async () => (await visitor.locator('#link').innerText()) === 'Connected');
      expect(await visitor.locator('#token-dialog').isVisible()).toBe(false);
    } finally {
      await visitor.close();
      await guarded.stop();
    }
  });

  test('when the gateway is gone it says so, and it comes back by itself', async () => {
    await rig().running.stop();
    await rig().shows('#link', 'Disconnected');
    await rig().shows('#notice', /Disconnected at .* everything stands still/);
    expect(await rig().at('#mode').innerText()).toBe('SIMULATED');
    await rig().restartGateway({ mode: 'replay' });
    await rig().shows('#link', 'Connected', 40_000);
    expect(await rig().at('#notice').isVisible()).toBe(false);
    await rig().shows('#mode', 'REPLAY');
  });
}
