// The page of the audit log, in a real browser.
import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView } from './kit/browser.ts';
import { ADMIN, goAs } from './kit/sign-in.ts';
import { startDemoStage, type DemoStage } from './kit/stage.ts';

const browser = await openBrowser();
let stage: DemoStage;
beforeAll(async () => {
  stage = await startDemoStage({ admin: { api_key: ADMIN } });
  const call = async (method: string, path: string, body: object) => {
    const answer = await fetch(stage.url + path, {
      method,
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      keepalive: false,
    });
    expect(answer.status).toBeLessThan(300);
    return (await answer.json()) as { readonly id?: string };
  };
  await call('POST', '/admin/teams', { name: 'web', label: 'Web' });
  const { id = '' } = await call('POST', '/admin/keys', { name: 'ann', team: 'web', models: ['*'], rpm: 10 });
  await call('PATCH', `/admin/keys/${id}`, { rpm: 20 });
  for (let at = 0; at < 55; at++) await call('PATCH', '/admin/teams/web', { label: `Web ${at}` });
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

test('shows who changed what, filtered, with what was before and after', async () => {
  const view = await openView(browser, stage.url);
  const { page } = view;
  await goAs(view, '/console/audit?action=keys');
  await page.getByText('Chain verified: 59 entries').waitFor();
  await becomes(() => page.getByRole('row').count(), 3);
  await page
    .getByRole('link', { name: /Nov|Dec|20|:/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog', { name: 'Entry' });
  await dialog.waitFor();
  expect(await dialog.locator('.diff-removed').first().textContent()).toContain('"rpm": 10');
  expect(await dialog.locator('.diff-added').first().textContent()).toContain('"rpm": 20');
  expect(await view.axe()).toEqual([]);
  // The address holds what is open: back closes it, and a link to it opens it.
  expect(new URL(page.url()).searchParams.get('entry')).not.toBeNull();
  await page.reload();
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(new URL(page.url()).search).toBe('?action=keys');
  expect(view.complaints).toEqual([]);
  await view.close();
});

test('comes page by page, and says when nothing meets the filters', async () => {
  const view = await openView(browser, stage.url, { width: 2560 });
  const { page } = view;
  await goAs(view, '/console/audit');
  await becomes(() => page.getByRole('row').count(), 51);
  await page.getByRole('button', { name: 'Load more' }).click();
  await page.getByRole('row').nth(59).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('nobody');
  await page.keyboard.press('Enter');
  await page.getByText('No entry meets these filters').waitFor();
  expect(await view.axe()).toEqual([]);
  await view.close();
});

test.each(['light', 'dark'] as const)('is read in Chinese on a narrow screen, %s', async (theme) => {
  const view = await openView(browser, stage.url, { width: 360, language: 'zh-CN', theme });
  await goAs(view, '/console/audit');
  await view.page.getByText('链已验证').waitFor();
  expect(await view.axe()).toEqual([]);
  expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
  expect(view.complaints).toEqual([]);
  await view.close();
});

// The last: the log is not whole any more.
test('says that somebody has changed the log past the gateway', async () => {
  const database = new Database(join(stage.dataDir, 'llm-proxy.db'));
  database.run(`UPDATE audit SET actor = 'mallory' WHERE place = 2`);
  database.close();
  const view = await openView(browser, stage.url);
  await goAs(view, '/console/audit');
  await view.page.getByRole('alert').filter({ hasText: 'entry 2 was changed' }).waitFor();
  await view.close();
});
