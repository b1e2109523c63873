// The demo as a new user opens it in a browser: what is made up says so, can be hidden, and real requests are a button away.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { endAll } from '../kit/command.ts';
import { hasHistory, startDemoProgram, type DemoProgram } from '../kit/demo-program.ts';
import { eventually } from '../kit/settled.ts';
import { openBrowser, openView } from './kit/browser.ts';

const browser = await openBrowser();
let demo: DemoProgram;
beforeAll(async () => {
  demo = await startDemoProgram();
  await hasHistory(demo);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await demo.stop();
  endAll();
});

test.each([
  ['light', 'en', 1280, 'Demo data: what happened before', 'Hide it'],
  ['dark', 'zh-CN', 360, '演示数据', '隐藏'],
] as const)('every page says what is made up: %s, %s', async (...[theme, language, width, said, hide]) => {
  const view = await openView(browser, demo.url, { theme, language, width });
  await view.go('/');
  const banner = view.page.getByRole('complementary');
  expect(await banner.textContent()).toContain(said);
  await view.page.locator('.u-wrap').first().waitFor();
  expect(await view.axe()).toEqual([]);
  expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
  await banner.getByRole('button', { name: hide }).click();
  await view.page.waitForURL('**/?history=hidden');
  await view.close();
});

test('hidden, it is left out on every page, and the address says so', async () => {
  const view = await openView(browser, demo.url);
  const requests = view.page.locator('.stat', { hasText: 'Requests' }).locator('.stat-value');
  await view.go('/');
  expect(await requests.textContent()).not.toBe('0');
  await view.page.getByRole('button', { name: 'Hide it' }).click();
  await view.page.waitForURL('**/?history=hidden');
  await view.page.getByText('is hidden').waitFor();
  await requests.filter({ hasText: /^0$/ }).waitFor();
  await view.page.getByRole('link', { name: 'llm-proxy' }).click();
  expect(view.page.url()).toContain('history=hidden');
  await view.page.getByRole('button', { name: 'Show it' }).click();
  await requests.filter({ hasText: /K$/ }).waitFor();
  expect(view.complaints).toEqual([]);
  await view.close();
});

test('a dozen real requests in all dialects: some fail over, and each leads to what is known of it', async () => {
  const view = await openView(browser, demo.url);
  await view.go('/');
  await view.page.getByRole('button', { name: 'Send demo requests' }).click();
  const table = view.page.getByRole('table', { name: 'Demo requests' });
  await table.getByRole('row').nth(12).waitFor();
  await view.page.getByRole('button', { name: 'Send demo requests' }).waitFor();
  const text = (await table.textContent()) ?? '';
  for (const dialect of ['chat/completions', 'responses', 'messages', 'generateContent'])
    expect(text).toContain(dialect);
  expect(text).toContain('failed over');
  expect(text).toContain('Broken off');
  const links = await table
    .locator('a')
    .evaluateAll((found) => found.map((each) => (each as { href?: string }).href ?? ''));
  const ids = new Set(links.map((href) => href.split('/').at(-1) ?? ''));
  expect(ids.size).toBe(12);
  // The ledger has them a moment later.
  for (const id of ids)
    await eventually(async () => (await fetch(`${demo.url}/admin/requests/${id}`, { keepalive: false })).ok);
  expect(await view.axe()).toEqual([]);
  expect(view.complaints).toEqual([]);
  await view.close();
});
