// The page of the config, in a real browser: what is in force and where it comes from, reloads, and drafts.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { openBrowser, openView } from './kit/browser.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { eventually } from '../kit/settled.ts';

const SECRET = 'sk-secret-of-the-backend-0123456789';
const browser = await openBrowser();
let gateway: Gateway;
const config = (url: string): string => `backends:
  - name: one
    url: ${url}
    api_key: \${BACKEND_KEY}
models:
  small: { routes: [{ backend: one, model: m }] }
timeout: { connect_timeout: 3s }
`;
beforeAll(async () => {
  gateway = await startGateway({ config: config('https://one.example.com/v1'), env: { BACKEND_KEY: SECRET } });
});
afterAll(async () => {
  await browser.close();
  await gateway.stop();
});

test('shows each value with where it comes from, and no secret', async () => {
  const view = await openView(browser, gateway.url);
  const { page } = view;
  await view.go('/console/config');
  const line = (path: string) => page.locator(`[title="${path}"]`);
  expect(await line('backends[0].url').textContent()).toMatch(/https:\/\/one\.example\.com\/v1.*config\.yaml:\d+$/);
  expect(await line('backends[0].api_key').textContent()).toMatch(/\(secret\).*environment BACKEND_KEY$/);
  expect(await line('server.max_body_mb').textContent()).toMatch(/default$/);
  expect(await page.content()).not.toContain(SECRET);
  await page.keyboard.press('/');
  await page.keyboard.type('connect');
  await line('server.max_body_mb').waitFor({ state: 'detached' });
  expect(await line('timeout.connect_timeout').textContent()).toMatch(/connect_timeout: 3s.*config\.yaml:/);
  await page.getByLabel('Only what is set').check();
  expect(new URL(page.url()).search).toBe('?q=connect&only=set');
  expect(await view.axe()).toEqual([]);
  expect(view.complaints).toEqual([]);
  await view.close();
});

test('reloads, and tells what changed, or why the file was refused', async () => {
  const view = await openView(browser, gateway.url);
  const { page } = view;
  await view.go('/console/config?tab=reloads');
  await page.getByText('Not reloaded since the start').waitFor();
  gateway.writeConfig(config('https://two.example.com/v1'));
  const reload = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await reload();
  await page
    .getByText('backends.one.url: "https://one.example.com/v1" → "https://two.example.com/v1"')
    .first()
    .waitFor();
  await page.getByText('by anonymous').first().waitFor();
  gateway.writeConfig('backends: 7\n');
  await reload();
  await page.getByText('The file was refused').waitFor();
  await page
    .getByText(/backends: .*list/)
    .first()
    .waitFor();
  expect(await view.axe()).toEqual([]);
  await page.getByRole('tab', { name: 'In force' }).click();
  await page.getByText('The file has an error, and an older config is in force').waitFor();
  await view.close();
  gateway.writeConfig(config('https://two.example.com/v1'));
  await eventually(async () => {
    const answer = await fetch(`${gateway.url}/admin/config`, { keepalive: false });
    return ((await answer.json()) as { readonly valid: boolean }).valid;
  });
});

test('checks a draft with line and column, and shows what it would change', async () => {
  const view = await openView(browser, gateway.url, { theme: 'dark' });
  const { page } = view;
  await view.go('/console/config?tab=draft');
  const draft = page.getByLabel('YAML of the draft');
  await draft.fill(config('nonsense'));
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByRole('button', { name: '3:5' }).click();
  expect(await page.evaluate<string>('getSelection().toString()')).toBe('url: nonsense');
  expect(await view.axe()).toEqual([]);
  await draft.fill(config('https://three.example.com/v1'));
  await page.getByText('The draft was changed since it was checked.').waitFor();
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText('This config is valid').waitFor();
  expect(await page.getByRole('row', { name: /backends\.one\.url/ }).textContent()).toContain('three.example.com');
  // It is still there after a look at another page.
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.goBack();
  expect(await draft.inputValue()).toContain('three.example.com');
  expect(view.complaints).toEqual([]);
  await view.close();
});

test.each(['force', 'reloads', 'draft'])('%s is read in Chinese on a narrow screen', async (tab) => {
  const view = await openView(browser, gateway.url, { width: 360, language: 'zh-CN' });
  await view.go(`/console/config?tab=${tab}`);
  expect(await view.axe()).toEqual([]);
  expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
  await view.close();
});
