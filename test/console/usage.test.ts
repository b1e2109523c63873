// The page of usage: by anything, over time, and down to the requests that a number is made of.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView, type View, type ViewOptions } from './kit/browser.ts';
import { ROBOT, startAccountStage, type AccountStage } from './kit/account-stage.ts';

const browser = await openBrowser();
let stage: AccountStage;
let ann: string;
beforeAll(async () => {
  stage = await startAccountStage();
  const made = (await stage.admin('POST', '/admin/keys', { name: 'ann', models: ['*'] })) as { readonly key: string };
  ann = made.key;
  for (const model of ['demo', 'demo-failover', 'demo-fails']) await stage.ask(model, bearer(ROBOT));
  for (const model of ['demo', 'demo']) await stage.ask(model, bearer(ann));
  await stage.hasRequests(5);
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

function bearer(key: string) {
  return { authorization: `Bearer ${key}` };
}

function opened(options: ViewOptions = {}): Promise<View> {
  return openView(browser, stage.url, { cookies: stage.cookies, ...options });
}

describe.each([
  [360, 'light', 'en'],
  [1280, 'dark', 'zh-CN'],
  [2560, 'light', 'en'],
] as const)('%d px wide, in %s and %s', (width, theme, language) => {
  test('is accessible, complete, and asks nothing of others', async () => {
    const view = await opened({ width, theme, language });
    await view.go('/console/usage?by=team&by2=model');
    await view.page.locator('.u-wrap').waitFor();
    expect(await view.axe()).toEqual([]);
    expect(view.complaints).toEqual([]);
    expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
    await view.close();
  });
});

test('its rows add up to the total, to the last digit', async () => {
  const view = await opened();
  await view.go('/console/usage');
  const titles = (part: string): Promise<string[]> =>
    view.page.locator(`.table ${part} [title$=" USD"]`).evaluateAll((cells) => cells.map((cell) => cell.title));
  const nano = (title: string): bigint => BigInt(Math.round(Number.parseFloat(title) * 1e9));
  const rows = (await titles('tbody')).map(nano);
  const [total = ''] = await titles('tfoot');
  expect(rows).toHaveLength(2);
  expect(rows.reduce((sum, each) => sum + each, 0n)).toBe(nano(total));
  expect(nano(total)).toBeGreaterThan(0n);
  expect(await view.page.locator('.stat-value').first().getAttribute('title')).toBe(total);
  await becomes(() => view.page.locator('tfoot td').nth(1).textContent(), '5');
  await view.close();
});

test('is grouped by two things, by a measure, and sorted, all of it in the address', async () => {
  const view = await opened();
  await view.go('/console/usage');
  await view.page.getByLabel('Show').selectOption('requests');
  await view.page.getByLabel('and by').selectOption('alias');
  await view.page.waitForURL((url) => url.searchParams.get('by2') === 'alias');
  await view.page.getByRole('link', { name: 'ann · demo' }).waitFor();
  const names = view.page.locator('.panel .table tbody .usage-names');
  expect((await names.allTextContents())[0]).toBe('ann · demo');
  await view.page.getByRole('columnheader', { name: 'Failed' }).getByRole('button').click();
  await view.page.waitForURL((url) => url.searchParams.get('sort') === '-failed');
  expect((await names.allTextContents())[0]).toBe('robot · demo-fails');
  await view.page.reload();
  await names.first().waitFor();
  expect((await names.allTextContents())[0]).toBe('robot · demo-fails');
  await becomes(() => view.page.getByLabel('Show').inputValue(), 'requests');
  await view.close();
});

test('a cell leads to its requests, a name to that group alone, and the file has the same', async () => {
  const view = await opened();
  await view.go('/console/usage');
  const row = view.page.getByRole('row', { name: /^robot/ });
  const cells = row.getByRole('link');
  const hrefs = await cells.evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  const [drill = '', requests = '', failed = ''] = hrefs;
  const fields = (href: string) => Object.fromEntries(new URL(href, stage.url).searchParams);
  expect(fields(drill)).toEqual({ caller: 'robot', by: 'model' });
  expect(fields(requests)).toMatchObject({ caller: 'robot', from: expect.any(String), to: expect.any(String) });
  expect(fields(failed)).toMatchObject({ caller: 'robot', status: 'error' });
  const found = (await stage.admin('GET', `/admin/requests${new URL(failed, stage.url).search}`)) as {
    readonly data: readonly unknown[];
  };
  expect(found.data).toHaveLength(1);
  await cells.first().click();
  await view.page.waitForURL((url) => url.searchParams.get('caller') === 'robot');
  await view.page.getByRole('button', { name: 'Clear filters' }).waitFor();
  const download = view.page.waitForEvent('download');
  await view.page.getByRole('link', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toBe('usage.csv');
  await view.close();
});

test('says that requests have no price, and leads to them', async () => {
  const other = await startAccountStage({
    prices: {},
    teams: [],
    keys: [{ name: 'robot', key: ROBOT, models: ['*'] }],
  });
  await other.ask('demo', bearer(ROBOT));
  await other.hasRequests(1);
  const view = await openView(browser, other.url, { cookies: other.cookies });
  await view.go('/console/usage');
  await view.page.getByText('1 requests have no price').waitFor();
  const href = await view.page.getByRole('link', { name: 'Show them' }).getAttribute('href');
  expect(new URL(href ?? '', other.url).searchParams.get('unpriced')).toBe('true');
  await view.close();
  await other.stop();
});
