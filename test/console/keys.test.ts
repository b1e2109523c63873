// The page of keys: one is made, used, seen, changed, rotated and revoked; and what who has only a key sees of it.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { eventually } from '../kit/settled.ts';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView, type View, type ViewOptions } from './kit/browser.ts';
import { ROBOT, startAccountStage, type AccountStage } from './kit/account-stage.ts';
import { cookiesOf } from './kit/signed-in.ts';

const browser = await openBrowser();
let stage: AccountStage;
beforeAll(async () => {
  stage = await startAccountStage();
  await stage.admin('POST', '/admin/teams', { name: 'search', parent: 'platform' });
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

function opened(options: ViewOptions = {}): Promise<View> {
  return openView(browser, stage.url, { cookies: stage.cookies, ...options });
}

interface Made {
  readonly id: string;
  readonly key: string;
  readonly version: number;
}

const make = (name: string, more: object = {}) =>
  stage.admin('POST', '/admin/keys', { name, models: ['*'], ...more }) as Promise<Made>;

async function statusWith(key: string, model = 'demo'): Promise<number> {
  const answer = await fetch(`${stage.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
    keepalive: false,
  });
  await answer.text();
  return answer.status;
}

describe.each([
  [360, 'dark', 'zh-CN'],
  [1280, 'light', 'en'],
  [2560, 'dark', 'en'],
] as const)('%d px wide, in %s and %s', (width, theme, language) => {
  test('list, form and one key are accessible and within the screen', async () => {
    const { id } = await make(`look-${width}`, { team: 'search', rpm: 60, budgets: [{ usd: 5, per: 'month' }] });
    const view = await opened({ width, theme, language });
    for (const path of ['/console/keys', '/console/keys?new=1', `/console/keys/${id}`]) {
      await view.go(path);
      if (path.endsWith('new=1')) await view.page.locator('summary').click();
      expect(await view.axe()).toEqual([]);
      expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
    }
    expect(view.complaints).toEqual([]);
    await view.close();
  });
});

test('a new key in four steps: its secret is shown once, works, and its requests and cost are seen', async () => {
  const view = await opened();
  await view.go('/console/keys');
  await view.page.getByRole('button', { name: 'New key' }).click();
  await view.page.getByLabel('Name', { exact: true }).fill('claude-code');
  await view.page.getByLabel('Team').last().selectOption('search');
  await view.page.getByRole('button', { name: 'Create key' }).click();
  const secret = (await view.page.locator('.secret code').textContent()) ?? '';
  expect(secret).toMatch(/^sk-lp-\w{38}$/);
  expect(await view.axe()).toEqual([]);
  const connect = await view.page.getByRole('link', { name: 'Connect a tool' }).getAttribute('href');
  // The id, not the secret: addresses are kept and sent around.
  expect(connect).toMatch(/^\/console\/connect\?key=[\da-f-]{36}$/);
  await view.page.getByRole('button', { name: 'Done' }).click();
  expect(await statusWith(secret)).toBe(200);
  await stage.hasRequests(1);
  await view.go('/console/keys?search=claude');
  const row = view.page.getByRole('row', { name: /claude-code/ });
  await row.getByText(/\$0\.000\d+/).waitFor();
  expect(await row.textContent()).toMatch(/Active.*search.*\$0\.000\d+/);
  expect(await view.page.content()).not.toContain(secret);
  await row.click();
  await view.page.getByRole('heading', { level: 1, name: 'claude-code' }).waitFor();
  const stat = view.page.locator('.stat', { hasText: 'Requests, 30 days' });
  await eventually(async () => (await stat.locator('.stat-value').textContent()) === '1');
  const href = (await stat.getAttribute('href')) ?? '';
  const found = (await stage.admin('GET', `/admin/requests${new URL(href, stage.url).search}`)) as {
    readonly data: readonly unknown[];
  };
  expect(found.data).toHaveLength(1);
  expect(view.complaints).toEqual([]);
  await view.close();
});

test('what is wrong stands at its field', async () => {
  const view = await opened();
  await view.go('/console/keys?new=1');
  await view.page.getByLabel('Name', { exact: true }).fill('not a name');
  await view.page.locator('summary').click();
  await view.page.getByRole('button', { name: 'Add a budget' }).click();
  await view.page.getByLabel('Amount').fill('-3');
  await view.page.getByRole('button', { name: 'Create key' }).click();
  const said = (label: string) => view.page.locator('.field', { hasText: label }).locator('.problem');
  await said('Amount').waitFor();
  expect(await said('Amount').textContent()).toContain('Is negative');
  expect(await view.page.getByLabel('Amount').getAttribute('aria-invalid')).toBe('true');
  expect(await said('Unique in its team').textContent()).toContain('64 letters');
  expect(await view.axe()).toEqual([]);
  await view.close();
});

test('a change counts at once; one that somebody else made meanwhile is not overwritten', async () => {
  const { id, key } = await make('changed');
  const view = await opened();
  await view.go(`/console/keys/${id}`);
  await view.page.getByRole('button', { name: 'Edit' }).click();
  await view.page.getByRole('button', { name: 'Remove *' }).click();
  await view.page.getByLabel('Models').fill('demo-f*,');
  await stage.admin('PATCH', `/admin/keys/${id}`, { owner: 'Bob' });
  await view.page.getByRole('button', { name: 'Save' }).click();
  await view.page.getByText('Someone else has changed this meanwhile').waitFor();
  await view.page.getByRole('button', { name: 'Load again' }).click();
  await eventually(async () => (await view.page.getByLabel('Owner').inputValue()) === 'Bob');
  await view.page.getByRole('button', { name: 'Remove *' }).click();
  await view.page.getByLabel('Models').fill('demo-f*,');
  await view.page.getByRole('button', { name: 'Save' }).click();
  await view.page.getByText('Saved').waitFor();
  expect(await statusWith(key)).toBe(403);
  expect(await statusWith(key, 'demo-failover')).toBe(200);
  await becomes(() => view.page.getByRole('dialog').count(), 0);
  await view.close();
});

test('rotated, both secrets work, and the page says until when; disabled and revoked, none does', async () => {
  const { id, key } = await make('turned');
  const view = await opened();
  await view.go(`/console/keys/${id}`);
  await view.page.getByRole('button', { name: 'Rotate' }).click();
  await view.page.getByLabel('The old secret goes on for').selectOption('168h');
  await view.page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  const secret = (await view.page.locator('.secret code').textContent()) ?? '';
  expect([await statusWith(key), await statusWith(secret)]).toEqual([200, 200]);
  await view.page.getByRole('button', { name: 'Done' }).click();
  await view.page.getByText('Rotating 1 → 2').waitFor();
  await view.page.getByText('Old secret until').waitFor();
  await view.page.getByRole('button', { name: 'Disable' }).click();
  await view.page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await view.page.getByRole('button', { name: 'Enable' }).waitFor();
  expect(await statusWith(secret)).toBe(403);
  await view.page.getByRole('button', { name: 'Enable' }).click();
  await view.page.getByRole('button', { name: 'Disable' }).waitFor();
  expect(await statusWith(secret)).toBe(200);
  await view.page.getByRole('button', { name: 'Revoke' }).click();
  await view.page.getByText('Every client with this key gets 401').waitFor();
  await view.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await view.page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
  expect([await statusWith(key), await statusWith(secret)]).toEqual([401, 401]);
  await view.go('/console/keys?state=revoked');
  await view.page.getByRole('row', { name: /turned/ }).waitFor();
  await view.close();
});

test('keys are found by their state; one of the config cannot be changed here, and says where', async () => {
  await make('ends', { expires_at: new Date(Date.now() + 5.5 * 86_400_000).toISOString() });
  const view = await opened();
  await view.go('/console/keys?state=expires');
  expect(await view.page.locator('tbody tr').allTextContents()).toEqual([
    expect.stringMatching(/ends.*Expires in 5 days/),
  ]);
  await view.go('/console/keys?search=robot');
  await view.page.getByRole('link', { name: /robot/ }).click();
  await view.page.getByText('It stands under keys in the config file').waitFor();
  await becomes(() => view.page.getByRole('button', { name: 'Edit' }).count(), 0);
  expect(view.complaints).toEqual([]);
  await view.close();
});

test('who has only a key sees that one, its budgets, and its own usage', async () => {
  const view = await opened({ cookies: await cookiesOf(stage.url, ROBOT) });
  await view.go('/console/keys');
  await view.page.getByRole('heading', { level: 1, name: 'robot' }).waitFor();
  const budgets = await view.page.getByRole('table').textContent();
  expect(budgets).toContain('robot requests-day');
  expect(budgets).toContain('platform usd-month');
  expect(await view.axe()).toEqual([]);
  const titles = await view.page.locator('.nav-link span').allTextContents();
  expect(titles).not.toContain('Teams & budgets');
  await view.go('/console/usage?by=model');
  await view.page.getByText('Nothing was used in this time').waitFor();
  expect(await statusWith(ROBOT)).toBe(200);
  await eventually(async () => {
    await view.go('/console/usage?by=model');
    return (await view.page.getByRole('row', { name: /^demo/ }).count()) > 0;
  });
  // Others have asked as well.
  await becomes(() => view.page.locator('tfoot td').nth(1).textContent(), '1');
  await becomes(() => view.page.locator('main a[href^="/console/requests"]').count(), 0);
  expect(view.complaints).toEqual([]);
  await view.close();
});

test('without a database it says what is needed', async () => {
  const bare = await startAccountStage({ data_dir: undefined });
  const view = await openView(browser, bare.url, { cookies: bare.cookies });
  for (const path of ['/console/keys', '/console/teams']) {
    await view.go(path);
    await view.page.getByText('The gateway has no database').first().waitFor();
    await view.page.getByText('data_dir').first().waitFor();
  }
  await view.close();
  await bare.stop();
});
