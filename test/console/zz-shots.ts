import { startAccountStage, ROBOT } from '/work/wt/p-accounts/test/console/kit/account-stage.ts';
import { openBrowser, openView } from '/work/wt/p-accounts/test/console/kit/browser.ts';
const stage = await startAccountStage();
const key = (token: string) => ({ authorization: `Bearer ${token}` });
await stage.admin('POST', '/admin/teams', { name: 'search', parent: 'platform', tpm: 200000, budgets: [{ usd: 0.002, per: 'month', mode: 'soft' }, { requests: 1000, per: 'day' }] });
await stage.admin('POST', '/admin/teams', { name: 'mobile', label: 'Mobile apps' });
const made: any[] = [];
for (const k of [
  { name: 'claude-code-ann', team: 'search', owner: 'ann@example.com', models: ['*'], budgets: [{ usd: 0.01, per: 'month', mode: 'soft' }], rpm: 60, tags: { project: 'ranker' } },
  { name: 'ci', team: 'mobile', models: ['demo', 'demo-*'], expires_at: new Date(Date.now() + 5.2 * 86400000).toISOString(), tags: { project: 'app' } },
  { name: 'old', models: ['*'], enabled: false },
  { name: 'rotated', team: 'platform', owner: 'Data team', models: ['*'] },
]) made.push(await stage.admin('POST', '/admin/keys', k));
await stage.admin('POST', `/admin/keys/${made[3].id}/rotate`, { grace: '48h' });
const gone: any = await stage.admin('POST', '/admin/keys', { name: 'gone', models: ['*'], owner: 'bob' }); await stage.admin('DELETE', `/admin/keys/${gone.id}`);
let n = 0;
for (const [token, times] of [[ROBOT, 5], [made[0].key, 7], [made[1].key, 3]] as const)
  for (let i = 0; i < times; i++) { await stage.ask(i === 2 ? 'demo-fails' : i === 1 ? 'demo-failover' : 'demo', { ...key(token), 'x-llm-proxy-tags': 'env=prod' }); n++; }
await stage.hasRequests(n);
const browser = await openBrowser();
const only = process.argv[2];
const shots: [string, string, any?, ((p: any) => Promise<void>)?][] = [
  ['usage', '/console/usage'],
  ['usage-m', '/console/usage?by=team&by2=model&measure=tokens', { width: 360, theme: 'dark', language: 'zh-CN' }],
  ['usage-class', '/console/usage?by=class&measure=tokens&window=24h', { theme: 'dark', width: 2560, height: 1400 }],
  ['keys', '/console/keys'],
  ['keys-m', '/console/keys', { width: 360 }],
  ['keys-zh', '/console/keys', { language: 'zh-CN', theme: 'dark' }],
  ['keys-revoked', '/console/keys?state=revoked'],
  ['new', '/console/keys?new=1'],
  ['new-m', '/console/keys?new=1', { width: 360, theme: 'dark' }, async (p: any) => { await p.locator('summary').click(); await p.getByRole('button', { name: 'Add a budget' }).click(); }],
  ['new-more', '/console/keys?new=1', { height: 1400 }, async (p: any) => { await p.locator('summary').click(); await p.getByRole('button', { name: 'Add a budget' }).click(); await p.getByLabel('Amount').fill('-3'); await p.getByRole('button', { name: 'Create key' }).click(); await p.locator('.problem').first().waitFor(); }],
  ['key', `/console/keys/${made[0].id}`, { height: 1500 }],
  ['key-m', `/console/keys/${made[3].id}`, { width: 360, height: 1500 }],
  ['revoke', `/console/keys/${made[0].id}`, {}, async (p: any) => { await p.getByRole('button', { name: 'Revoke' }).click(); }],
  ['teams', '/console/teams'],
  ['teams-m', '/console/teams', { width: 360, theme: 'dark' }],
  ['budgets', '/console/teams?tab=budgets'],
  ['budgets-m', '/console/teams?tab=budgets', { width: 360, language: 'zh-CN' }],
  ['team', '/console/teams/search', { height: 1100 }],
  ['team-w', '/console/teams/platform', { width: 2560, height: 1300, theme: 'dark' }],
];
for (const [name, path, options = {}, act] of shots) {
  if (only !== undefined && !name.startsWith(only)) continue;
  const view = await openView(browser, stage.url, { ...options, cookies: stage.cookies });
  try {
    await view.go(path);
    await act?.(view.page);
    await view.page.waitForTimeout(500);
    const width = await view.page.evaluate<number>('document.documentElement.scrollWidth');
    console.log(name, 'width', width, 'axe', await view.axe(), view.complaints);
    await view.page.screenshot({ path: `/tmp/pa/${name}.png` });
  } catch (error) { console.log(name, String(error).slice(0, 600)); await view.page.screenshot({ path: `/tmp/pa/${name}.png` }).catch(() => {}); }
  await view.close();
}
await browser.close(); await stage.stop();
