// The console in a real browser: its frame, and the first page.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView } from './kit/browser.ts';
import { fill, startDemoStage, type DemoStage } from './kit/stage.ts';

const browser = await openBrowser();
let stage: DemoStage;
beforeAll(async () => {
  stage = await startDemoStage();
  await fill(stage);
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

describe.each([
  ['light', 'en', 'Overview'],
  ['dark', 'en', 'Overview'],
  ['light', 'zh-CN', '概览'],
  ['dark', 'zh-CN', '概览'],
] as const)('in %s and %s', (theme, language, title) => {
  test.each([360, 1280, 2560])('%d px wide: accessible, complete, and nothing is asked of others', async (width) => {
    const view = await openView(browser, stage.url, { theme, language, width });
    await view.go('/');
    await becomes(() => view.page.locator('h1').textContent(), title);
    expect(await view.page.locator('html').getAttribute('data-theme')).toBe(theme);
    await view.page.locator('.u-wrap').first().waitFor();
    expect(await view.axe()).toEqual([]);
    expect(view.complaints).toEqual([]);
    // Nothing reaches beyond the screen.
    expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
    await view.close();
  });
});

describe('the overview', () => {
  test('says first what is wrong and why, then who asks and what it costs', async () => {
    const view = await openView(browser, stage.url, { width: 1920 });
    const { page } = view;
    await view.go('/');
    // One backend rests after its failures, and an alias has no other.
    const health = page.getByRole('region', { name: 'Needs attention' });
    expect(await health.getByRole('status').textContent()).toContain('demo-fails cannot be served now');
    expect(await health.getByRole('listitem').textContent()).toMatch(
      /demo is cooling down for .*demo-fail-50\d.*: 50\d /,
    );
    const stat = (label: string) => page.locator('.stat', { hasText: label }).locator('.stat-value');
    await becomes(() => stat('Requests').textContent(), '8');
    await becomes(() => stat('Failed').first().textContent(), '1');
    expect(await stat('Failed over').textContent()).toMatch(/^[12]$/);
    expect(await stat('Cost').textContent()).toMatch(/^\$0\.00\d+$/);
    expect(await page.getByRole('row', { name: 'demo-failover' }).last().textContent()).toContain('200');
    expect(await page.getByRole('row', { name: /^demo .*Cooling down/ }).textContent()).toMatch(/50\d /);
    await view.close();
  });

  test('every number leads to the list that it is made of', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/?window=1h');
    const hrefs = await view.page
      .locator('a.stat')
      .evaluateAll((all: { href: string }[]) => all.map(({ href }) => new URL(href).pathname + new URL(href).search));
    expect(hrefs).toContain('/console/requests?from=1h&status=failed');
    expect(hrefs).toContain('/console/requests?from=1h&status=failed_over');
    expect(hrefs).toContain('/console/usage?window=1h&measure=cost');
    await view.page.getByRole('tab', { name: 'Aliases' }).click();
    await view.page
      .getByRole('row', { name: /^demo-fails/ })
      .getByRole('link')
      .waitFor();
    expect(new URL(view.page.url()).search).toBe('?window=1h&top=aliases');
    const link = view.page.getByRole('row', { name: /^demo-fails/ }).getByRole('link');
    expect(await link.getAttribute('href')).toBe('/console/requests?from=1h&alias=demo-fails');
    await view.close();
  });

  test('one cursor moves over all charts', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/?window=15m');
    const charts = view.page.locator('.u-over');
    await charts.nth(3).waitFor();
    await charts.first().hover({ position: { x: 100, y: 40 } });
    const times = async (): Promise<string[]> => await view.page.locator('.legend-time').allTextContents();
    await view.page.waitForFunction(
      '[...document.querySelectorAll(".legend-time")].every((each) => each.textContent !== "")',
    );
    expect(new Set(await times()).size).toBe(1);
    await view.close();
  });

  test('keeps its window in the address', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/?window=7d');
    await becomes(() => view.page.getByLabel('Window').inputValue(), '7d');
    await view.page.getByLabel('Window').selectOption('30d');
    await view.page.waitForURL('**/?window=30d');
    await view.page.getByLabel('Window').selectOption('24h');
    await view.page.waitForURL((url) => url.search === '');
    await view.close();
  });
});

describe('what moves', () => {
  const hide = (isHidden: boolean): string =>
    `Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
     document.dispatchEvent(new Event('visibilitychange'));`;

  test('is asked for again and again, but not while nobody looks', async () => {
    const view = await openView(browser, stage.url);
    let asked = 0;
    view.page.on('request', () => asked++);
    await view.page.clock.install();
    await view.go('/');
    const again = view.page.waitForRequest('**/admin/overview*');
    await view.page.clock.runFor(6000);
    await again;
    await view.page.waitForLoadState('networkidle');
    await view.page.evaluate(hide(true));
    const before = asked;
    await view.page.clock.runFor(600_000);
    expect(asked).toBe(before);
    const seen = view.page.waitForRequest('**/admin/overview*');
    await view.page.evaluate(hide(false));
    await seen;
    await view.close();
  });

  test('stays as it was when the gateway is gone, which the page says', async () => {
    const other = await startDemoStage();
    await other.ask();
    const view = await openView(browser, other.url);
    await view.page.clock.install();
    await view.go('/');
    await other.stop();
    await view.page.clock.runFor(6000);
    await view.page.getByRole('alert').filter({ hasText: 'The gateway cannot be reached' }).first().waitFor();
    expect(await view.page.getByRole('row', { name: /^demo / }).count()).toBeGreaterThan(0);
    await view.close();
  });
});

describe('the frame', () => {
  test('is walked by keyboard: past the rail to the content, and by letters to a page', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/');
    await view.page.keyboard.press('Tab');
    const focused = view.page.locator(':focus');
    await becomes(() => focused.textContent(), 'Skip to the content');
    await view.page.keyboard.press('Enter');
    await view.page.keyboard.press('Tab');
    // The first thing of the page itself.
    const label = 'document.activeElement.closest("label").querySelector("span").textContent';
    expect(await view.page.evaluate<string>(label)).toBe('Window');
    await view.go('/console/nothing');
    await view.page.keyboard.press('g');
    await view.page.keyboard.press('o');
    await view.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await view.close();
  });

  test('speaks another language, keeps another zone and another theme for the next time', async () => {
    const view = await openView(browser, stage.url, { zone: 'UTC' });
    await view.go('/');
    await view.page.getByLabel('Time zone').selectOption('Asia/Tokyo');
    await view.page.getByLabel('Theme').selectOption('dark');
    await view.page.getByLabel('Language').selectOption('zh-CN');
    await view.page.getByRole('heading', { level: 1, name: '概览' }).waitFor();
    await view.go('/');
    await becomes(() => view.page.locator('h1').textContent(), '概览');
    expect(await view.page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await view.page.locator('html').getAttribute('data-theme')).toBe('dark');
    await becomes(() => view.page.getByLabel('时区').inputValue(), 'Asia/Tokyo');
    await view.close();
  });

  test('? shows the keys, Esc closes them and gives the focus back', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/');
    await view.page.getByRole('button', { name: 'Keyboard' }).focus();
    await view.page.keyboard.press('?');
    await view.page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    expect(await view.axe()).toEqual([]);
    await view.page.keyboard.press('Escape');
    await view.page.getByRole('dialog').waitFor({ state: 'detached' });
    await becomes(() => view.page.locator(':focus').textContent(), 'Keyboard shortcuts');
    await view.close();
  });

  test('an address without a page says so, and leads back', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/nothing');
    expect(await view.axe()).toEqual([]);
    await view.page.getByRole('link', { name: 'Go to the overview' }).click();
    await view.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await view.page.goBack();
    await view.page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor();
    await view.close();
  });

  test('on a narrow screen the pages are behind a button', async () => {
    const view = await openView(browser, stage.url, { width: 360 });
    await view.go('/');
    const link = view.page.getByRole('link', { name: 'Overview' });
    await becomes(() => link.isVisible(), false);
    await view.page.getByRole('button', { name: 'Menu' }).click();
    await link.waitFor();
    expect(await view.axe()).toEqual([]);
    await view.page.keyboard.press('Escape');
    await link.waitFor({ state: 'hidden' });
    await view.close();
  });
});
