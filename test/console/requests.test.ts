// The list of requests and the page of one, in a real browser.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { eventually } from '../kit/settled.ts';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView, type View, type ViewOptions } from './kit/browser.ts';
import { startDemoStage, type DemoStage } from './kit/stage.ts';

const browser = await openBrowser();
let stage: DemoStage;
/** Trace ids by what became of the request. */
const traces: Record<'over' | 'failed' | 'hedged' | 'translated' | 'plain', string> = {
  over: '',
  failed: '',
  hedged: '',
  translated: '',
  plain: '',
};
const ADMIN = 'key-of-the-admin-1234-abc';
const AS_ADMIN = { headers: { authorization: `Bearer ${ADMIN}` }, keepalive: false };
let cookies: NonNullable<ViewOptions['cookies']> = [];
const PRICED = { input: 3, output: 15 };

beforeAll(async () => {
  stage = await startDemoStage({
    admin: { api_key: ADMIN },
    keys: [
      { name: 'web', key: 'sk-of-web-1234567890', models: ['*'], team: 'shop', log_bodies: 'all' },
      { name: 'batch', key: 'sk-of-batch-1234567890', models: ['*'] },
    ],
    teams: [{ name: 'shop', budgets: [{ usd: 100, per: 'month', unpriced: 'allow' }] }],
    otel: { endpoint: 'http://127.0.0.1:9', link: 'https://traces.example/{trace_id}' },
    fallback: { max_retries: 0 },
    prices: { 'demo/demo': PRICED, 'spare/demo': { input: 5, output: 20 }, 'demo/demo-slow': PRICED },
    models: {
      demo: { routes: [{ backend: 'demo', model: 'demo' }] },
      over: {
        routes: [
          { backend: 'demo', model: 'demo-fail-503', priority: 1 },
          { backend: 'spare', model: 'demo', priority: 2 },
        ],
      },
      fails: { routes: [{ backend: 'demo', model: 'demo-fail-500' }] },
      slow: {
        routes: [
          { backend: 'demo', model: 'demo-slow', priority: 1 },
          { backend: 'spare', model: 'demo', priority: 2 },
        ],
        hedge: { after: 0.1, at_most: '100%' },
      },
    },
  });
  // The one that everything is looked for in comes first, and so is on the second page.
  traces.over = await ask('over', { stream: true, logit_bias: {} });
  traces.failed = await ask('fails');
  traces.hedged = await ask('slow', { stream: true });
  traces.translated = await ask('demo', { max_tokens: 50, top_k: 3 }, '/v1/messages');
  for (let count = 0; count < 52; count++) traces.plain = await ask('demo', {}, undefined, 'batch');
  await eventually(async () => {
    const answer = await fetch(`${stage.url}/admin/requests?limit=1000`, AS_ADMIN);
    return ((await answer.json()) as { readonly data: readonly unknown[] }).data.length >= 56;
  });
  cookies = await signedIn();
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

/** Asks, and gives the trace id. */
async function ask(model: string, body: object = {}, path = '/v1/chat/completions', key = 'web'): Promise<string> {
  const response = await fetch(stage.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer sk-of-${key}-1234567890` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: "What's the weather?" }], ...body }),
    keepalive: false,
  });
  await response.text();
  return response.headers.get('x-trace-id') ?? '';
}

/** The session of who has the admin key. */
async function signedIn(): Promise<NonNullable<ViewOptions['cookies']>> {
  const response = await fetch(`${stage.url}/console/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: stage.url },
    body: JSON.stringify({ key: ADMIN }),
    keepalive: false,
  });
  expect(response.status).toBe(200);
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(response.headers.get('set-cookie') ?? '') ?? [];
  return [{ name, value, domain: '127.0.0.1', path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Lax' }];
}

async function detailOf(trace: string) {
  const response = await fetch(`${stage.url}/admin/requests/${trace}`, AS_ADMIN);
  return (await response.json()) as {
    readonly id: string;
    readonly duration_ms: number;
    readonly timeline: readonly { readonly start_ms: number; readonly end_ms: number }[];
    readonly cost: { readonly total_usd: string };
  };
}

const rowsOf = ({ page }: View) => page.locator('tbody tr');

describe.each([
  ['light', 'en', 360],
  ['dark', 'zh-CN', 1280],
  ['dark', 'en', 2560],
] as const)('in %s and %s, %d px wide', (theme, language, width) => {
  test('the list and a request are accessible and fit the screen', async () => {
    const view = await openView(browser, stage.url, { theme, language, width, cookies });
    for (const path of ['/console/requests', `/console/requests/${traces.over}`]) {
      await view.go(path);
      await view.page.locator('.panel').last().waitFor();
      expect(await view.axe()).toEqual([]);
      expect(view.complaints).toEqual([]);
      expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
    }
    await view.close();
  });
});

describe('the list', () => {
  test('is filtered by the address, opens a request, and is found again as it was', async () => {
    const view = await openView(browser, stage.url, { cookies });
    await view.go('/console/requests');
    await view.page.getByLabel('Status').selectOption('failed_over');
    await view.page.waitForURL('**/console/requests?status=failed_over');
    await view.page.getByRole('row', { name: /over → demo/ }).waitFor();
    await becomes(() => rowsOf(view).count(), 2);
    await view.page.getByLabel('Model asked').fill('over');
    await view.page.keyboard.press('Enter');
    await view.page.waitForURL('**/console/requests?status=failed_over&alias=over');
    await eventually(async () => (await rowsOf(view).count()) === 1);
    await rowsOf(view).first().click();
    await view.page.getByRole('heading', { level: 1, name: 'over' }).waitFor();
    await view.page.goBack();
    await view.page.getByRole('heading', { level: 1, name: 'Requests' }).waitFor();
    await becomes(() => view.page.getByLabel('Model asked').inputValue(), 'over');
    await view.page.getByRole('button', { name: 'Clear filters' }).click();
    await view.page.waitForURL((url) => url.search === '');
    await view.close();
  });

  test('has all filters of the admin API, and keeps those that are set in sight', async () => {
    const view = await openView(browser, stage.url, { cookies });
    await view.go('/console/requests?min_duration_ms=90&session=none');
    await view.page.getByText('No request matches').waitFor();
    await becomes(() => view.page.getByLabel('Duration from (ms)').inputValue(), '90');
    await becomes(() => view.page.getByLabel('Tag').count(), 0);
    await view.page.getByRole('button', { name: 'More filters' }).click();
    await view.page.getByLabel('An attempt failed with').selectOption('overloaded');
    await view.page.getByLabel('Session').fill('');
    await view.page.keyboard.press('Enter');
    await view.page.waitForURL('**/console/requests?min_duration_ms=90&failure=overloaded');
    await view.page.getByRole('row', { name: /over → demo/ }).waitFor();
    await view.page.getByLabel('Cost from (USD)').fill('many');
    await view.page.keyboard.press('Enter');
    // What the API does not take, it says itself.
    await view.page.getByText('must be an amount of USD').waitFor();
    await view.close();
  });

  test('a time is enough: around 14:05, in the zone of the reader', async () => {
    const view = await openView(browser, stage.url, { zone: 'Asia/Tokyo', cookies });
    await view.go('/console/requests');
    const around = view.page.getByLabel('Around');
    await around.fill('2026-11-30 14:05');
    await around.press('Enter');
    await view.page.waitForURL('**/console/requests?from=2026-11-30T05%3A00%3A00Z&to=2026-11-30T05%3A11%3A00Z');
    expect(await view.page.locator('.range-window select').locator('option:checked').textContent()).toBe(
      'Nov 30 14:00 – 14:11',
    );
    await around.fill('10-25 23:50-00:10');
    await around.press('Enter');
    await view.page.waitForURL(/from=\d{4}-10-25T14%3A50%3A00Z&to=\d{4}-10-25T15%3A10%3A00Z/);
    await around.fill('yesterday');
    await around.press('Enter');
    await view.page.getByText('Enter a time such as 14:05').waitFor();
    expect(await view.axe()).toEqual([]);
    await view.page.locator('.range-window select').selectOption('1h');
    await view.page.waitForURL('**/console/requests?from=1h');
    await view.close();
  });

  test('is paged by keyboard, there and back, and exports what is filtered', async () => {
    const view = await openView(browser, stage.url, { cookies });
    await view.go('/console/requests?stream=false');
    await becomes(() => rowsOf(view).count(), 50);
    await view.page.keyboard.press('n');
    await view.page.waitForURL(/cursor=/);
    await view.page.getByRole('row', { name: /fails/ }).waitFor();
    await becomes(() => rowsOf(view).count(), 4);
    await view.page.keyboard.press('p');
    await view.page.waitForURL((url) => url.search === '?stream=false');
    await eventually(async () => (await rowsOf(view).count()) === 50);
    const href = await view.page.getByRole('link', { name: 'Export CSV' }).getAttribute('href');
    const csv = await (await fetch(stage.url + href, AS_ADMIN)).text();
    expect(csv.trim().split('\n')).toHaveLength(55);
    await view.close();
  });
});

describe('a request', () => {
  test('says what happened, draws it to scale, and why each route', async () => {
    const view = await openView(browser, stage.url, { cookies });
    await view.go(`/console/requests/${traces.over}`);
    expect(await view.page.locator('.summary-sentence').textContent()).toMatch(
      /^Served by spare after demo answered 503 \(it is overloaded\); 2 attempts, .+, of which .+ waiting for the first token of spare\.$/,
    );
    const { timeline, duration_ms: duration, cost } = await detailOf(traces.over);
    const lanes = view.page.locator('.lane');
    await becomes(() => lanes.count(), timeline.length);
    const last = timeline.at(-1);
    const track = await lanes.last().locator('.lane-track').boundingBox();
    const bars = await lanes.last().locator('.bar').first().boundingBox();
    const isAt = ((bars?.x ?? 0) - (track?.x ?? 0)) / (track?.width ?? 1);
    expect(isAt).toBeCloseTo((last?.start_ms ?? 0) / Math.max(duration, last?.end_ms ?? 0), 1);
    expect(await lanes.first().textContent()).toMatch(/demo answered 503 .+then left alone until \d\d:\d\d:\d\d/);
    const routes = view.page.getByRole('table', { name: 'Routes considered' });
    expect(await routes.getByRole('row', { name: /demo-fail-503/ }).textContent()).toContain('Tried, failed');
    expect(await routes.getByRole('row', { name: /^spare/ }).textContent()).toContain('it served the request');
    const changes = view.page.locator('.panel', { hasText: 'What the gateway changed' }).last();
    expect(await changes.textContent()).toContain('over → demo');
    expect(await view.page.locator('.bill tfoot').textContent()).toContain(cost.total_usd);
    await becomes(() => view.page.getByRole('link', { name: 'team:shop/usd-month' }).count(), 1);
    await view.close();
  });

  test('hedges lie side by side, a failure says what to do', async () => {
    const view = await openView(browser, stage.url, { cookies });
    await view.go(`/console/requests/${traces.hedged}`);
    expect(await view.page.locator('.summary-sentence').textContent()).toStartWith('Served by spare, which was faster');
    const [one, other] = await Promise.all(
      [0, 1].map(async (at) => await view.page.locator('.lane').nth(at).locator('.bar').first().boundingBox()),
    );
    expect((one?.x ?? 0) + (one?.width ?? 0)).toBeGreaterThan(other?.x ?? Infinity);
    await view.go(`/console/requests/${traces.failed}`);
    expect(await view.page.locator('.summary-sentence').textContent()).toStartWith('Failed with 500');
    await view.go('/console/requests/nothing-of-the-kind');
    await view.page.getByText('There is no request `nothing-of-the-kind` in the ledger.').waitFor();
    await view.close();
  });

  test('leads to its trace, the playground, those like it and those beside it', async () => {
    const view = await openView(browser, stage.url, { cookies });
    const { id } = await detailOf(traces.failed);
    await view.go(`/console/requests/${traces.failed}`);
    const href = (name: string) => view.page.getByRole('link', { name }).getAttribute('href');
    expect(await href('Open the trace')).toBe(`https://traces.example/${traces.failed.replaceAll('-', '')}`);
    expect(await href('Open in the playground')).toBe(`/console/playground?request=${id}`);
    expect(await href('shop')).toBe('/console/requests?team=shop');
    // Without the list before it, too.
    await view.page.getByRole('link', { name: 'Older' }).waitFor();
    await view.page.keyboard.press('n');
    await view.page.getByRole('heading', { level: 1, name: 'over' }).waitFor();
    await view.page.getByRole('link', { name: 'Newer' }).click();
    await view.page.getByRole('heading', { level: 1, name: 'fails' }).waitFor();
    await view.close();
  });

  test('shows the bodies that were kept, once they are asked for, and what became of them on the way', async () => {
    const view = await openView(browser, stage.url, { cookies });
    await view.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await view.go(`/console/requests/${traces.translated}?body=0&view=diff`);
    await becomes(() => view.page.locator('.diff').count(), 0);
    await view.page.getByRole('button', { name: 'Show the bodies' }).click();
    await view.page.locator('.diff').waitFor();
    await becomes(() => view.page.locator('.diff-removed', { hasText: '"top_k": 3' }).count(), 1);
    expect(await view.axe()).toEqual([]);
    await view.page.getByRole('tab', { name: 'Client', exact: true }).click();
    await view.page.getByRole('tab', { name: 'Answer' }).click();
    await view.page.waitForURL(/body=client|view=answer/);
    await view.page.getByText('"end_turn"').waitFor();
    await view.page.getByRole('button', { name: 'Copy as curl' }).click();
    await view.page.getByText('Copied').waitFor();
    const curl = await view.page.evaluate<string>('navigator.clipboard.readText()');
    expect(curl).toStartWith(`curl -X POST '${stage.url}/v1/messages' \\\n  -H "authorization: Bearer $LLM_PROXY_KEY"`);
    expect(curl).toContain(`What'\\''s the weather?`);
    expect(curl).not.toContain('sk-of-web');
    await view.go(`/console/requests/${traces.plain}`);
    await view.page.getByText('No bodies of this request were kept.').waitFor();
    await view.close();
  });
});
