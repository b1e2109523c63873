// The page that connects clients, in a real browser: snippets, a test request, and a look whether the key is used.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { openBrowser, openView, type View } from './kit/browser.ts';
import { ADMIN, goAs } from './kit/sign-in.ts';
import { startDemoStage, type DemoStage } from './kit/stage.ts';

const browser = await openBrowser();
let stage: DemoStage;
let made: { readonly id: string; readonly key: string };
beforeAll(async () => {
  stage = await startDemoStage({ admin: { api_key: ADMIN } });
  const answer = await fetch(`${stage.url}/admin/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ann', models: ['*'] }),
    keepalive: false,
  });
  made = (await answer.json()) as typeof made;
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

async function open(path: string, options: Parameters<typeof openView>[2] = {}): Promise<View> {
  const view = await openView(browser, stage.url, options);
  await goAs(view, path);
  return view;
}

const code = (view: View, label: string) => view.page.getByRole('group', { name: label, exact: true }).locator('code');

test('a tool, a model and a key make a snippet with the address of the gateway', async () => {
  const view = await open(`/console/connect?key=${made.id}`);
  const { page } = view;
  expect(await code(view, 'OpenAI SDK, Python').textContent()).toContain(`base_url="${stage.url}/v1"`);
  await page.getByLabel('Tool').selectOption('claude-code');
  await page.getByLabel('Model').fill('demo-failover');
  const text = await code(view, 'terminal').textContent();
  expect(text).toBe(
    `export ANTHROPIC_BASE_URL=${stage.url}\nexport ANTHROPIC_AUTH_TOKEN=YOUR-KEY\nclaude --model demo-failover`,
  );
  await page.getByLabel('Terminal', { exact: false }).and(view.page.locator('select')).selectOption('powershell');
  expect(await code(view, 'terminal').textContent()).toContain(`$env:ANTHROPIC_AUTH_TOKEN = 'YOUR-KEY'`);
  expect(new URL(page.url()).search).toBe(`?key=${made.id}&tool=claude-code&model=demo-failover&system=powershell`);
  expect(await page.getByRole('button', { name: 'Send a test request' }).isEnabled()).toBe(false);
  await page.getByLabel('The key itself').fill(made.key);
  expect(await code(view, 'terminal').textContent()).toContain(made.key);
  // It is in no address and in no storage.
  expect(page.url()).not.toContain(made.key);
  expect(await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')).not.toContain(
    made.key,
  );
  expect(await view.axe()).toEqual([]);
  expect(view.complaints).toEqual([]);
  await view.close();
});

test.each(['openai-js', 'codex', 'anthropic-python', 'gemini-cli'])(
  'a test request is sent as %s would, and the page sees it arrive',
  async (tool) => {
    const view = await open(`/console/connect?key=${made.id}&tool=${tool}&model=demo`);
    const { page } = view;
    await page.getByText('Waiting for a first request with this key').waitFor();
    await page.getByLabel('The key itself').fill(made.key);
    await page.getByRole('button', { name: 'Send a test request' }).click();
    await page.getByText('Answered with 200 by demo').waitFor();
    await page.getByText('This is the demo model').waitFor();
    await page.getByText('This key works: a request has arrived').waitFor();
    expect(view.complaints).toEqual([]);
    await view.close();
  },
);

test('says why a request is refused', async () => {
  const view = await open(`/console/connect?key=${made.id}&model=nothing`);
  await view.page.getByLabel('The key itself').fill(made.key);
  await view.page.getByRole('button', { name: 'Send a test request' }).click();
  await view.page.getByRole('alert').filter({ hasText: 'Refused with 404' }).waitFor();
  expect(await view.axe()).toEqual([]);
  await view.close();
});

test.each([
  [360, 'dark'],
  [2560, 'light'],
] as const)('is read in Chinese, %d px wide', async (width, theme) => {
  const view = await open('/console/connect?tool=open-webui', { width, theme, language: 'zh-CN' });
  expect(await view.axe()).toEqual([]);
  expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
  await view.close();
});
