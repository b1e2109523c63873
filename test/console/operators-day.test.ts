// A day of an operator, with the demo and its past: what happened is found, and what is wanted is done, in a few clicks.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { endAll } from '../kit/command.ts';
import { hasHistory, startDemoProgram, type DemoProgram } from '../kit/demo-program.ts';
import { eventually } from '../kit/settled.ts';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView, type View } from './kit/browser.ts';

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

/** A person at a page, whose clicks and entries are counted. */
class Operator {
  steps = 0;

  private constructor(
    readonly view: View,
    readonly page: Page,
  ) {}

  /** Opens the console at its address, which counts as nothing. */
  static async arrives(): Promise<Operator> {
    const view = await openView(browser, demo.url, { width: 1440, height: 900, zone: 'UTC' });
    await view.go('/');
    return new Operator(view, view.page);
  }

  async clicks(target: ReturnType<Page['locator']>): Promise<void> {
    this.steps++;
    await target.click();
  }

  async enters(label: string, text: string): Promise<void> {
    this.steps++;
    const field = this.page.getByLabel(label, { exact: true });
    await field.fill(text);
    await field.press('Enter');
    await field.blur();
  }

  async chooses(label: string, option: string): Promise<void> {
    this.steps++;
    await this.page.getByRole('combobox', { name: label }).selectOption({ label: option });
  }

  async leaves({ within }: { readonly within: number }): Promise<void> {
    expect(this.steps).toBeLessThanOrEqual(within);
    expect(this.view.complaints).toEqual([]);
    await this.view.close();
  }
}

async function asked<Value>(path: string): Promise<Value> {
  return (await (await fetch(demo.url + path, { keepalive: false })).json()) as Value;
}

/** Asks the demo for a model, in the dialect of OpenAI's chat. */
async function ask(model: string): Promise<void> {
  const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Hello' }] });
  const answer = await fetch(`${demo.url}/v1/chat/completions`, { method: 'POST', body, keepalive: false });
  await answer.text();
}

test('a backend fails: the overview says which and why, and leads to the request that it failed', async () => {
  await ask('demo-failover');
  await eventually(async () => {
    const { data } = await asked<{ data: object[] }>('/admin/requests?alias=demo-failover&status=failed_over');
    return data.length > 0;
  });
  const operator = await Operator.arrives();
  const { page } = operator;
  const told = page.getByRole('region', { name: 'Needs attention' });
  const item = told.getByText(/demo is cooling down.*overloaded/).locator('..');
  await item.waitFor();
  await operator.clicks(item.getByRole('link'));
  await page.getByRole('heading', { level: 1, name: 'Models & routes' }).waitFor();
  await operator.clicks(page.getByRole('link', { name: 'See the request' }).first());
  await page
    .getByText(/demo answered 503 \(it is overloaded\)/)
    .first()
    .waitFor();
  await operator.leaves({ within: 3 });
});

test('"it was slow at 14:05": the request is found by its time', async () => {
  const { demo: said } = await asked<{ demo: { history_until: string } }>('/console/session');
  const at = new Date(Date.parse(said.history_until) - 9.5 * 60_000);
  const range = `from=${new Date(at.getTime() - 60_000).toISOString()}&to=${new Date(at.getTime() + 120_000).toISOString()}`;
  const slow = `/admin/requests?${range}&alias=demo-quick&caller=helpdesk-summaries&limit=100`;
  const { data } = await asked<{ data: { id: string; duration_ms: number; backend: string }[] }>(slow);
  const [slowest] = data.toSorted((one, other) => other.duration_ms - one.duration_ms);
  if (slowest === undefined) throw new Error('nobody was slow');
  expect(slowest.backend).toBe('demo-google');
  expect(slowest.duration_ms).toBeGreaterThan(2500);

  const operator = await Operator.arrives();
  const { page } = operator;
  await operator.clicks(page.getByRole('link', { name: 'Requests', exact: true }).first());
  await operator.enters('Around', at.toISOString().slice(11, 16));
  await operator.enters('Model asked', 'demo-quick');
  const row = page.locator(`a[href*="${slowest.id}"]`).first();
  await row.waitFor();
  await operator.clicks(row);
  await page.getByText('waiting for the first token of demo-google').waitFor();
  await operator.leaves({ within: 4 });
});

test('a team is over its budget: who spent it is seen', async () => {
  const operator = await Operator.arrives();
  const { page } = operator;
  const told = page.getByRole('region', { name: 'Needs attention' });
  const item = told.getByText(/research\/trial is used up/).locator('..');
  await operator.clicks(item.getByRole('link'));
  const row = page.getByRole('row', { name: /research/ });
  await row.waitFor();
  await operator.clicks(row.getByRole('link', { name: /\$/ }));
  await page.getByRole('heading', { level: 1, name: 'Usage' }).waitFor();
  const spender = page.getByRole('row', { name: /eval-nightly/ });
  await spender.waitFor();
  expect(await spender.textContent()).toMatch(/\$\d/);
  await becomes(() => page.getByRole('row', { name: /helpdesk-web/ }).count(), 0);
  await operator.leaves({ within: 3 });
});

test('a new key for Claude Code: made, and what to paste is shown', async () => {
  const operator = await Operator.arrives();
  const { page } = operator;
  await operator.clicks(page.getByRole('link', { name: 'Keys', exact: true }));
  await operator.clicks(page.getByRole('button', { name: 'New key' }));
  operator.steps++;
  await page.getByRole('dialog').getByLabel('Name').fill('claude-code-lee');
  await operator.clicks(page.getByRole('button', { name: 'Create key' }));
  const secret = (await page.getByRole('dialog').locator('code').first().textContent()) ?? '';
  expect(secret).toMatch(/^sk-lp-\w{38}$/);
  await operator.clicks(page.getByRole('link', { name: 'Connect a tool' }));
  await operator.chooses('Tool', 'Claude Code');
  await page.getByText('ANTHROPIC_BASE_URL').first().waitFor();
  const pasted = await page.locator('main').textContent();
  expect(pasted).toContain(demo.url);
  expect(pasted).toContain(secret);
  await operator.leaves({ within: 6 });

  const answer = await fetch(`${demo.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': secret, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'demo-code', max_tokens: 20, messages: [{ role: 'user', content: 'Hello' }] }),
    keepalive: false,
  });
  expect(answer.status).toBe(200);
});
