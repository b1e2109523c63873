// Models & routes in a real browser: why a backend is left alone, and what an operator does about it.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Locator } from 'playwright-core';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView, type View } from './kit/browser.ts';
import { startRoutesStage } from './kit/routes-stage.ts';
import { startDemoStage, type DemoStage } from './kit/stage.ts';

const browser = await openBrowser();
let stage: DemoStage;
beforeAll(async () => {
  stage = await startRoutesStage();
  for (const model of ['main', 'main', 'main', 'broken', 'demo']) await stage.ask(model);
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

const aliasOf = (view: View, name: string): Locator =>
  view.page.locator('.alias').filter({ has: view.page.getByRole('heading', { name, exact: true }) });

async function closeDone(view: View): Promise<void> {
  expect(view.complaints).toEqual([]);
  await view.close();
}

test.each([
  [360, 'dark', 'en', 'Models & routes'],
  [1280, 'light', 'zh-CN', '模型与路由'],
  [2560, 'dark', 'zh-CN', '模型与路由'],
  [1280, 'light', 'en', 'Models & routes'],
] as const)('%d px wide, %s, %s: accessible, and within the screen', async (width, theme, language, title) => {
  const view = await openView(browser, stage.url, { width, theme, language });
  await view.go('/console/routes');
  await becomes(() => view.page.locator('h1').textContent(), title);
  await view.page.locator('.route').first().waitFor();
  expect(await view.axe()).toEqual([]);
  expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
  await closeDone(view);
});

describe('the picture', () => {
  test('has what is broken first, and says why, until when, and which request met it', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/routes');
    expect(await view.page.locator('.alias-name').allTextContents()).toEqual([
      'broken',
      'main',
      'demo',
      'spare',
      'any/*',
    ]);
    const route = aliasOf(view, 'broken')
      .getByRole('list', { name: /^Routes of broken/ })
      .getByRole('listitem');
    const text = (await route.textContent()) ?? '';
    expect(text).toMatch(/Cooling down.*demo-fail-500.*Asked again in \d+:\d\d.*demo failed \(500\)/s);
    const before = await route.locator('.countdown').textContent();
    await route
      .locator('.countdown')
      .filter({ hasNotText: before ?? '' })
      .waitFor();
    expect(await route.getByRole('link', { name: 'See the request' }).getAttribute('href')).toMatch(
      /^\/console\/requests\/[\w-]+$/,
    );
    await closeDone(view);
  });

  test('is drawn to scale: the line of a route is as wide as its share', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/routes');
    const main = aliasOf(view, 'main');
    const widths = await main
      .locator('.line > path:first-child')
      .evaluateAll((lines) => lines.map((line) => Number(line.getAttribute('stroke-width'))));
    const shares = (await main.locator('.route-figures div:first-child dd').allTextContents()).map(parseFloat);
    expect(widths.length).toBe(4);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0);
    shares.forEach((share, at) => expect(widths[at]).toBeCloseTo(1.5 + (share / 100) * 12.5, 0));
    expect(await main.getByRole('list', { name: 'Fallbacks of main' }).textContent()).toContain('demo');
    await closeDone(view);
  });

  test('is searched and filtered, and the address holds it', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/routes');
    await view.page.keyboard.press('/');
    await view.page.keyboard.type('any');
    await view.page.keyboard.press('Enter');
    await view.page.waitForURL('**/console/routes?q=any');
    expect(await view.page.locator('.alias-name').allTextContents()).toEqual(['any/*']);
    await view.go('/console/routes?state=problems');
    expect(await view.page.locator('.alias-name').allTextContents()).toEqual(['broken', 'main']);
    await view.go('/console/routes?state=full');
    await view.page.getByText('No alias is like this').waitFor();
    expect(await view.axe()).toEqual([]);
    await closeDone(view);
  });
});

describe('an operator', () => {
  test('ends a cooldown, once it is said what follows', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/routes?q=broken');
    await aliasOf(view, 'broken').getByRole('button', { name: 'End the cooldown' }).click();
    const dialog = view.page.getByRole('dialog', { name: 'End the cooldown of demo?' });
    expect(await dialog.textContent()).toContain('demo/demo-fail-500 may be asked again at once');
    expect(await view.axe()).toEqual([]);
    await dialog.getByRole('button', { name: 'End the cooldown' }).click();
    await view.page.getByRole('status').getByText('demo may be asked again.').waitFor();
    expect(await view.page.getByRole('link', { name: 'Audit log' }).getAttribute('href')).toBe(
      '/console/audit?target=demo',
    );
    await aliasOf(view, 'broken').locator('.alias-head').getByText('Up', { exact: true }).waitFor();
    await closeDone(view);
  });

  test('drains a backend by hand even where an alias loses its last route, and takes it back', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/routes?open=spare');
    const panel = view.page.getByRole('dialog', { name: 'spare' });
    await becomes(() => panel.getByRole('row').count(), 4);
    await panel.getByRole('button', { name: 'Drain' }).click();
    const dialog = view.page.getByRole('dialog', { name: 'Drain spare?' });
    expect(await dialog.textContent()).toContain('Nothing else serves spare, any/*');
    await dialog.getByLabel('Drain all the same').check();
    await dialog.getByRole('button', { name: 'Drain' }).click();
    await view.page.getByText('spare is drained.').waitFor();
    await panel.getByText('Drained').first().waitFor();
    await panel.getByRole('button', { name: 'Put into use' }).click();
    await view.page
      .getByRole('dialog', { name: 'Put spare into use again?' })
      .getByRole('button', { name: 'Put into use' })
      .click();
    await view.page.getByText('spare is in use again.').waitFor();
    await panel.getByRole('button', { name: 'Drain' }).waitFor();
    await view.page.keyboard.press('Escape');
    await view.page.waitForURL('**/console/routes');
    await closeDone(view);
  });

  test('rehearses a failure, watches what it meets, and ends it', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/routes');
    await view.page.getByRole('button', { name: 'Rehearse a failure' }).click();
    const dialog = view.page.getByRole('dialog', { name: 'Let a backend fail for one key' });
    await dialog.getByLabel('Backend').selectOption('spare');
    await dialog.getByLabel('Whose requests').fill('anonymous');
    await dialog.getByLabel('How it fails').selectOption('connection_refused');
    expect(await view.axe()).toEqual([]);
    await dialog.getByRole('button', { name: 'Begin' }).click();
    const banner = view.page.locator('.notice', { hasText: 'Rehearsal: spare fails for anonymous' });
    await banner.waitFor();
    expect(await banner.textContent()).toMatch(/Refuses connections.*(?:1:00|0:5\d)/s);
    expect(await banner.getByRole('link', { name: 'Watch live' }).getAttribute('href')).toBe(
      '/console/live?caller=anonymous',
    );
    await stage.ask('spare');
    await banner.getByText('1 requests met it').waitFor();
    expect(await view.axe()).toEqual([]);
    await banner.getByRole('button', { name: 'End it now' }).click();
    await banner.waitFor({ state: 'detached' });
    await closeDone(view);
  });

  test('asks what would become of a request, also with a body and another name', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/routes');
    await aliasOf(view, 'main').getByRole('link', { name: 'Explain' }).click();
    const dialog = view.page.getByRole('dialog', { name: 'What would become of a request?' });
    await dialog.locator('.explain-route').first().waitFor();
    expect(await dialog.textContent()).toMatch(/Let in.*In this order.*spare/s);
    expect(await dialog.textContent()).toContain('Costs between');
    expect(await view.axe()).toEqual([]);
    await dialog.getByLabel('Request, as JSON').fill('{"messages": ');
    await dialog.getByRole('button', { name: 'Explain' }).click();
    await dialog.getByText('The request is no JSON object.').waitFor();
    await dialog.getByLabel('Request, as JSON').fill('{"messages": [{"role": "user", "content": "Hello"}]}');
    await dialog.getByLabel('Model').fill('any/thing');
    await dialog.getByRole('button', { name: 'Explain' }).click();
    await dialog.getByText('any/thing is of the alias any/*').waitFor();
    await closeDone(view);
  });
});

test('200 aliases are folded but for those with problems, which come first; the rest comes in parts', async () => {
  const names = Array.from({ length: 200 }, (_, at) => `alias-${at}`);
  const routes = (name: string) => [
    { backend: 'demo', model: name === 'alias-150' ? 'demo-fail-500' : 'demo', priority: 1 },
    { backend: 'spare', model: 'demo', priority: 2 },
  ];
  const models = Object.fromEntries(names.map((name) => [name, { routes: routes(name) }]));
  const large = await startDemoStage({ models, admin: { read_only: true } });
  await large.ask('alias-150');
  const view = await openView(browser, large.url);
  await view.go('/console/routes');
  await becomes(() => view.page.locator('.alias').count(), 50);
  await becomes(() => view.page.locator('.alias-name').first().textContent(), 'alias-150');
  await becomes(() => view.page.locator('.flow').count(), 1);
  await view.page.getByRole('button', { name: 'Show 50 more' }).click();
  await becomes(() => view.page.locator('.alias').count(), 100);
  await view.page.getByRole('button', { name: 'Unfold alias-7', exact: true }).click();
  await view.page.getByRole('list', { name: /^Routes of alias-7,/ }).waitFor();
  // Where nothing may be changed, nothing offers to.
  await view.go('/console/routes?open=demo');
  await view.page.getByRole('dialog', { name: 'demo' }).waitFor();
  for (const name of ['Rehearse a failure', 'Drain', 'End the cooldown'])
    await becomes(() => view.page.getByRole('button', { name }).count(), 0);
  await closeDone(view);
  await large.stop();
});
