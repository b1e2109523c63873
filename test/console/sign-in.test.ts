// Signing in to the console in a real browser: with keys, at a real provider, and what comes of a session that ends.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { findFreePort } from '../kit/gateway.ts';
import { CLIENT, startOidcProvider, type OidcProvider } from '../kit/oidc.ts';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView } from './kit/browser.ts';
import { ADMIN, enterKey } from './kit/sign-in.ts';
import { startDemoStage, type DemoStage } from './kit/stage.ts';

const OWN = 'sk-own-key-0123456789';

const browser = await openBrowser();
let stage: DemoStage;
let provider: OidcProvider;
beforeAll(async () => {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  provider = await startOidcProvider(url);
  stage = await startDemoStage({
    listen: `127.0.0.1:${port}`,
    keys: [{ name: 'ann', key: OWN, models: ['*'] }],
    admin: {
      api_key: ADMIN,
      oidc: {
        issuer: provider.issuer,
        ...CLIENT,
        roles: { admins: 'admin', staff: 'viewer' },
        redirect_url: `${url}/console/oidc/callback`,
      },
    },
  });
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
  await provider.stop();
});

const AUDIT = '/console/audit?actor=somebody&action=keys';
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

describe('with a key', () => {
  test('a wrong one is refused in plain words, the right one leads back to where one was', async () => {
    const view = await openView(browser, stage.url);
    const { page } = view;
    await view.go(AUDIT);
    await heading(page, 'Sign in').waitFor();
    expect(await view.axe()).toEqual([]);
    await enterKey(view, 'a-wrong-key-0123456789');
    await becomes(
      () => page.getByRole('alert').textContent(),
      'This key lets nobody in here. Copy it again, all of it.',
    );
    await page.getByRole('button', { name: 'Show the key' }).click();
    expect(await page.getByLabel('Key', { exact: true }).getAttribute('type')).toBe('text');
    await enterKey(view);
    await heading(page, 'Audit').waitFor();
    expect(page.url()).toBe(stage.url + AUDIT);
    expect(view.complaints.filter((each) => !each.includes('401'))).toEqual([]);
    await view.close();
  });

  test('the rail says who one is; signed out, nothing of the page is left, here or anywhere', async () => {
    const view = await openView(browser, stage.url);
    const other = await openView(browser, stage.url);
    for (const each of [view, other]) {
      await each.go('/console/config');
      await enterKey(each);
      await heading(each.page, 'Config').waitFor();
    }
    await view.page.getByRole('button', { name: /· Admin$/ }).click();
    const dialog = view.page.getByRole('dialog');
    expect(await dialog.textContent()).toContain('the admin key');
    expect(await view.axe()).toEqual([]);
    await dialog.getByRole('button', { name: 'Sign out everywhere' }).click();
    await heading(view.page, 'Sign in').waitFor();
    await other.page.reload();
    await heading(other.page, 'Sign in').waitFor();
    await view.close();
    await other.close();
  });

  test('a member finds its own pages, and none of the others', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/');
    await enterKey(view, OWN);
    await view.page.getByRole('link', { name: 'Connect' }).first().waitFor();
    await becomes(() => view.page.getByRole('link', { name: 'Config' }).count(), 0);
    await view.go('/console/audit');
    await view.page.getByText('This page is not for your role').waitFor();
    await view.close();
  });
});

describe('at the provider of the organization', () => {
  test('one comes back signed in; what the role may not, is not offered and is refused', async () => {
    provider.person = { sub: 'sam', name: 'Sam Staff', groups: ['staff'] };
    const view = await openView(browser, stage.url);
    const { page } = view;
    await page.goto('/console/config?tab=reloads');
    await page.getByRole('link', { name: 'Sign in with your organization' }).click();
    await heading(page, 'Config').waitFor();
    expect(page.url()).toBe(`${stage.url}/console/config?tab=reloads`);
    await page.getByRole('button', { name: 'Sam Staff · Viewer' }).waitFor();
    await becomes(() => page.getByRole('button', { name: 'Reload' }).count(), 0);
    await becomes(() => page.getByRole('tab', { name: 'Check a draft' }).count(), 0);
    // Whoever goes past the page is refused all the same.
    const status = await page.evaluate<number>(`(async () => {
      const { csrf_token } = await (await fetch('/console/session')).json();
      return (await fetch('/admin/reload', { method: 'POST', headers: { 'x-csrf-token': csrf_token } })).status;
    })()`);
    expect(status).toBe(403);
    await view.close();
  });

  test('whoever is in no group is told so', async () => {
    provider.person = { sub: 'eve', name: 'Eve', groups: ['elsewhere'] };
    const view = await openView(browser, stage.url);
    await view.page.goto('/');
    await view.page.getByRole('link', { name: 'Sign in with your organization' }).click();
    await view.page.getByText('elsewhere').first().waitFor();
    await view.close();
  });
});

describe('a session that ends', () => {
  test('leaves the page and what was written there; whoever signs in again goes on', async () => {
    const view = await openView(browser, stage.url);
    const { page } = view;
    await view.go('/console/config?tab=draft');
    await enterKey(view);
    const draft = page.getByLabel('YAML of the draft');
    await draft.fill('listen: 127.0.0.1:1\nmodel: {}\n');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Check' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    expect(await view.axe()).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await draft.inputValue()).toContain('model: {}');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await enterKey(view);
    await dialog.waitFor({ state: 'detached' });
    expect(await draft.inputValue()).toContain('model: {}');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('unknown key "model"').waitFor();
    await view.close();
  });
});

// The last: the address of the browser has to wait after it.
test('whoever tries too often is told for how long to wait', async () => {
  const view = await openView(browser, stage.url);
  await view.go('/');
  for (let tries = 0; tries < 8; tries++) {
    if (!(await view.page.getByRole('button', { name: 'Sign in' }).isEnabled())) break;
    await enterKey(view, `a-wrong-key-0123456789-${tries}`);
    await view.page.getByRole('alert').waitFor();
    await view.page.getByRole('button', { name: /^Sign in$/ }).waitFor();
  }
  await view.page.getByText(/Too many attempts from your address\. Try again in \d+s\./).waitFor();
  expect(await view.page.getByRole('button', { name: /^Sign in$/ }).isEnabled()).toBe(false);
  await view.page.getByText('You can try again now.').waitFor();
  expect(await view.page.getByRole('button', { name: /^Sign in$/ }).isEnabled()).toBe(true);
  await view.close();
});
