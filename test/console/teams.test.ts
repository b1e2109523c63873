// The page of teams and budgets: the tree, what counts for a team's keys, and what is used up.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView, type View, type ViewOptions } from './kit/browser.ts';
import { ROBOT, startAccountStage, type AccountStage } from './kit/account-stage.ts';

const browser = await openBrowser();
let stage: AccountStage;
beforeAll(async () => {
  stage = await startAccountStage({ budgets: [{ name: 'everything', usd: 100, per: 'year' }] });
  await stage.admin('POST', '/admin/teams', { name: 'search', parent: 'platform', tpm: 200_000 });
  await stage.admin('POST', '/admin/keys', { name: 'free', team: 'search', models: ['*'] });
  // Its budget allows four a day; it is soft.
  for (let at = 0; at < 5; at++) await stage.ask('demo', { authorization: `Bearer ${ROBOT}` });
  await stage.hasRequests(5);
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

function opened(options: ViewOptions = {}): Promise<View> {
  return openView(browser, stage.url, { cookies: stage.cookies, ...options });
}

describe.each([
  [360, 'light', 'zh-CN'],
  [1280, 'dark', 'en'],
  [2560, 'light', 'en'],
] as const)('%d px wide, in %s and %s', (width, theme, language) => {
  test('tree, budgets and one team are accessible and within the screen', async () => {
    const view = await opened({ width, theme, language });
    for (const path of ['/console/teams', '/console/teams?tab=budgets', '/console/teams/search']) {
      await view.go(path);
      expect(await view.axe()).toEqual([]);
      expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
    }
    expect(view.complaints).toEqual([]);
    await view.close();
  });
});

test('what is used up is said first, and leads to who spent it', async () => {
  const view = await opened();
  await view.go('/console/teams');
  await view.page.getByText('1 budget is used up').waitFor();
  await view.page.getByRole('link', { name: 'Show budgets' }).click();
  await view.page.waitForURL('**/console/teams?tab=budgets');
  const rows = view.page.locator('tbody tr');
  expect(await rows.first().textContent()).toMatch(
    /platform\/robot requests-day.*Used up.*5 of 4 requests.*Day.*100%✓/,
  );
  const whose = (await rows.allTextContents()).join('\n');
  expect(whose).toContain('platform usd-month');
  expect(whose).toContain('all requests  everything');
  await rows.first().getByTitle('Who spent it').click();
  await view.page.waitForURL((url) => url.pathname === '/console/usage' && url.searchParams.get('caller') === 'robot');
  await view.page.getByRole('row', { name: /^demo/ }).first().waitFor();
  await view.close();
});

test('a team is made below another, and what is above counts for it; it is changed and deleted', async () => {
  const view = await opened();
  await view.go('/console/teams');
  await view.page.getByRole('button', { name: 'New team' }).click();
  await view.page.getByLabel('Name', { exact: true }).fill('ranking');
  await view.page.getByLabel('Below').selectOption('search');
  await view.page.getByLabel('Requests per minute').fill('30');
  await view.page.getByRole('button', { name: 'Add a budget' }).click();
  await view.page.getByLabel('Amount').fill('12.5');
  await view.page.getByRole('button', { name: 'Create team' }).click();
  await view.page.getByRole('heading', { level: 1, name: 'ranking' }).waitFor();
  const budgets = view.page.getByRole('table', { name: 'Budgets that apply to its keys' });
  await budgets.getByRole('row', { name: /ranking usd-month/ }).waitFor();
  expect(await budgets.textContent()).toMatch(/\$12\.50.*platform usd-month.*\$5\.00|\$5\.00.*\$12\.50/);
  const counts = view.page.getByRole('table', { name: 'Limits that apply to its keys', exact: true });
  expect(await counts.locator('tbody tr').allTextContents()).toEqual([
    expect.stringMatching(/^ranking.*30/),
    expect.stringMatching(/^search.*200,000/),
    expect.stringMatching(/^platform.*6,000/),
  ]);
  await view.page.getByRole('button', { name: 'Edit' }).click();
  await view.page.getByLabel('Shown as').fill('Ranking');
  await view.page.getByLabel('Requests per minute').fill('');
  await view.page.getByRole('button', { name: 'Save' }).click();
  await view.page.getByText('Saved').waitFor();
  expect(await stage.admin('GET', '/admin/teams/ranking')).toMatchObject({
    label: 'Ranking',
    budgets: [{ usd: '12.5' }],
  });
  expect(await stage.admin('GET', '/admin/teams/ranking')).not.toHaveProperty('rpm');
  await view.page.getByRole('button', { name: 'Delete' }).click();
  await view.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await view.page.getByRole('heading', { level: 1, name: 'Teams & budgets' }).waitFor();
  await view.page.getByRole('row', { name: /search/ }).waitFor();
  await becomes(() => view.page.getByRole('row', { name: /ranking/ }).count(), 0);
  expect(view.complaints).toEqual([]);
  await view.close();
});

test('a team with keys is not deleted, and the dialog says why', async () => {
  const view = await opened();
  await view.go('/console/teams/search');
  await view.page.getByRole('button', { name: 'Delete' }).click();
  await view.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  expect(await view.page.getByRole('alert').textContent()).toContain('search');
  await view.close();
});

test('one of the config cannot be changed here', async () => {
  const view = await opened();
  await view.go('/console/teams/platform');
  await view.page.getByText('It stands under teams in the config file').waitFor();
  await becomes(() => view.page.getByRole('button', { name: 'Edit' }).count(), 0);
  await view.page.getByRole('link', { name: 'search' }).first().click();
  await view.page.getByRole('heading', { level: 1, name: 'search' }).waitFor();
  await view.close();
});
