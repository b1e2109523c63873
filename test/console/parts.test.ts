// The parts of which pages are made, each in all its states, by mouse, keyboard and accessibility tree.
import { afterAll, describe, expect, test } from 'bun:test';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView, type View, type ViewOptions } from './kit/browser.ts';
import { serveGallery } from './kit/gallery.ts';

const browser = await openBrowser();
const gallery = await serveGallery();
afterAll(async () => {
  await browser.close();
  await gallery.stop();
});

async function opened(path = '/', options: ViewOptions = {}): Promise<View> {
  const view = await openView(browser, gallery.url, options);
  await view.page.goto(path);
  await view.page.locator('.u-wrap').nth(2).waitFor();
  return view;
}

test.each([
  [360, 'light'],
  [360, 'dark'],
  [1280, 'light'],
  [2560, 'dark'],
] as const)('%d px wide and %s: accessible, and within the screen', async (width, theme) => {
  const view = await opened('/', { width, theme });
  expect(await view.axe()).toEqual([]);
  expect(view.complaints).toEqual([]);
  expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
  await view.close();
});

describe('a table', () => {
  const names = (view: View): Promise<string[]> =>
    view.page.getByRole('table', { name: 'Rows', exact: true }).locator('tbody tr td:first-child').allTextContents();

  test('is sorted by its heads, which the address holds', async () => {
    const view = await opened();
    const cost = view.page.getByRole('columnheader', { name: 'Cost' }).first();
    expect(await cost.getAttribute('aria-sort')).toBe('descending');
    expect((await names(view))[0]).toBe('row-l');
    await cost.getByRole('button').click();
    expect([await cost.getAttribute('aria-sort'), (await names(view))[0]]).toEqual(['ascending', 'row-a']);
    // What has no value comes last, whichever way.
    expect((await names(view)).at(-1)).toBe('row-f');
    await view.page.waitForURL('**/?sort=cost');
    await view.close();
  });

  test('is walked by arrows, and Enter opens a row', async () => {
    const view = await opened('/?sort=name');
    await view.page.getByRole('link', { name: 'row-a' }).focus();
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('ArrowDown');
    await becomes(() => view.page.locator(':focus').textContent(), 'row-c');
    await view.page.keyboard.press('End');
    await becomes(() => view.page.locator(':focus').textContent(), 'row-l');
    await view.page.keyboard.press('Enter');
    await view.page.waitForURL('**/console/gallery/row-l');
    await view.close();
  });

  test('is filtered in the address; / leads to the search, and one button clears all', async () => {
    const view = await opened();
    await view.page.keyboard.press('/');
    await view.page.keyboard.type('row-b');
    await view.page.keyboard.press('Enter');
    await view.page.waitForURL('**/?search=row-b');
    expect(await names(view)).toEqual(['row-b']);
    await view.page.getByRole('button', { name: 'Clear filters' }).click();
    await view.page.waitForURL((url) => url.search === '');
    expect(await names(view)).toHaveLength(12);
    await view.close();
  });
});

test('a chart has its numbers as a table, and hides a series', async () => {
  const view = await opened();
  const chart = view.page.getByRole('figure', { name: 'Lines' });
  await chart.getByText('Show as a table').click();
  await becomes(() => chart.getByRole('row').count(), 49);
  expect(await chart.getByRole('row').nth(1).textContent()).toContain('360ms');
  const button = chart.getByRole('button', { name: 'p95' });
  await button.click();
  expect(await button.getAttribute('aria-pressed')).toBe('false');
  await view.close();
});

test('tabs are changed by arrows', async () => {
  const view = await opened();
  await view.page.getByRole('tab', { name: 'JSON' }).focus();
  await view.page.keyboard.press('ArrowRight');
  expect(await view.page.getByRole('tabpanel').textContent()).toContain('<b>not bold</b>');
  await view.page.keyboard.press('ArrowRight');
  expect(await view.page.locator('.diff-added').allTextContents()).toEqual([
    expect.stringContaining('"model": "b"'),
    expect.stringContaining('"max_tokens": 10'),
    // The line before it now ends in a comma.
    expect.stringContaining('"stop": null,'),
    expect.stringContaining('"temperature": 0.5'),
  ]);
  expect(await view.axe()).toEqual([]);
  await view.page.keyboard.press('ArrowRight');
  expect(await view.page.getByRole('tab', { name: 'JSON' }).getAttribute('aria-selected')).toBe('true');
  await view.close();
});

test('JSON is folded where it is deep, and unfolded by a click', async () => {
  const view = await opened();
  const code = view.page.getByRole('group', { name: 'A request' });
  expect(await code.textContent()).not.toContain('"of"');
  await code.getByRole('button', { name: 'Unfold' }).click();
  expect(await code.textContent()).toContain('"of"');
  await view.close();
});

test('a question keeps the focus inside, shows what went wrong, and gives the focus back', async () => {
  const view = await opened();
  const asking = view.page.getByRole('button', { name: 'Remove it' });
  await asking.click();
  const dialog = view.page.getByRole('dialog', { name: 'Remove it?' });
  for (let press = 0; press < 6; press++) {
    await view.page.keyboard.press('Tab');
    expect(
      await view.page.evaluate<boolean>(
        'document.activeElement === document.body || document.querySelector("dialog").contains(document.activeElement)',
      ),
    ).toBe(true);
  }
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.getByRole('alert').waitFor();
  expect(await dialog.getByRole('alert').textContent()).toContain('It is in use');
  expect(await view.axe()).toEqual([]);
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await becomes(() => view.page.locator(':focus').textContent(), 'Remove it');
  await view.close();
});

test('a message is said, and goes when it is closed', async () => {
  const view = await opened();
  await view.page.getByRole('button', { name: 'Make a toast' }).click();
  const toast = view.page.locator('.toast');
  await toast.waitFor();
  expect(await view.axe()).toEqual([]);
  await toast.getByRole('button', { name: 'Close' }).click();
  await toast.waitFor({ state: 'detached' });
  await view.close();
});
