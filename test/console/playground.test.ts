// The playground in a real browser: every dialect, streaming, failover in sight, side by side, and bodies that were kept.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { eventually } from '../kit/settled.ts';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView, type View } from './kit/browser.ts';
import { startRoutesStage } from './kit/routes-stage.ts';
import type { DemoStage } from './kit/stage.ts';

const browser = await openBrowser();
let stage: DemoStage;
beforeAll(async () => {
  stage = await startRoutesStage();
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

async function sent(view: View, model: string): Promise<void> {
  await view.page.getByRole('button', { name: 'Send', exact: true }).click();
  await view.page.getByRole('region', { name: model, exact: true }).getByText('Done', { exact: true }).waitFor();
}

test.each([
  [360, 'dark', 'en', 'Playground'],
  [1280, 'light', 'zh-CN', '试验场'],
  [2560, 'dark', 'en', 'Playground'],
] as const)('%d px wide, %s, %s: accessible, and within the screen', async (width, theme, language, title) => {
  const view = await openView(browser, stage.url, { width, theme, language });
  await view.go('/console/playground?model=demo&other=spare');
  await becomes(() => view.page.locator('h1').textContent(), title);
  await view.page.locator('.ask-actions .button-main').click();
  await view.page.locator('.record').nth(1).waitFor();
  expect(await view.axe()).toEqual([]);
  expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
  expect(view.complaints).toEqual([]);
  await view.close();
});

describe.each([
  ['openai-chat', '/v1/chat/completions', 'chat.completion.chunk'],
  ['openai-responses', '/v1/responses', 'response.output_text.delta'],
  ['anthropic-messages', '/v1/messages', 'content_block_delta'],
  ['gemini', '/v1beta/models/demo:streamGenerateContent?alt=sse', 'candidates'],
] as const)('in %s', (dialect, path, mark) => {
  test('it streams: text beside raw events with their times, then the same in one piece', async () => {
    const view = await openView(browser, stage.url);
    await view.go(`/console/playground?model=demo&dialect=${dialect}`);
    await view.page.getByLabel('System prompt').fill('Be short.');
    await view.page.getByLabel('Message 1').fill('Is this it?');
    const asked = view.page.waitForRequest((request) => request.method() === 'POST');
    await sent(view, 'demo');
    const request = await asked;
    expect(new URL(request.url()).pathname + new URL(request.url()).search).toBe(path);
    expect(request.postData()).toContain('Be short.');
    const answer = view.page.locator('.answer-text');
    expect(await answer.textContent()).toContain('Is this it?');
    const events = await view.page.locator('.events li').allTextContents();
    expect(events.length).toBeGreaterThan(5);
    expect(events.some((event) => event.includes(mark) && /^[\d,]+ ms/.test(event))).toBe(true);
    expect(await view.page.locator('.answer-figures').textContent()).toMatch(/Input tokens\d+.*Output tokens\d+/);
    await view.page.getByLabel('Stream the answer').uncheck();
    await sent(view, 'demo');
    await view.page.getByRole('group', { name: 'Raw answer', exact: true }).waitFor();
    expect(await answer.textContent()).toContain('Is this it?');
    expect(view.complaints).toEqual([]);
    await view.close();
  });
});

describe('a request', () => {
  test('shows its failover: each attempt, what it cost, and where all of it is', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/playground?model=main');
    await sent(view, 'main');
    const way = view.page.getByRole('region', { name: 'On its way: main' });
    await way.getByText('2 attempts').waitFor();
    await way.locator('.tries li').nth(1).waitFor();
    const tries = await way.locator('.tries li').allTextContents();
    expect(tries[0]).toMatch(/Failed.*demo demo-fail-503.*503 · overloaded/);
    expect(tries[1]).toMatch(/Served.*demo.*200/);
    expect(await way.textContent()).toMatch(/Cost \$0\.00.*x-llm-proxy-attempts2/s);
    expect(await way.getByRole('link', { name: 'All about this request' }).getAttribute('href')).toMatch(
      /^\/console\/requests\/[\w-]+$/,
    );
    // The backend rests now, which the next one tells.
    await sent(view, 'main');
    await way.getByText(/^Passed over demo\/demo-fail-503: was cooling down/).waitFor();
    expect(view.complaints).toEqual([]);
    await view.close();
  });

  test('is compared: two aliases side by side, each with its own times', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/playground?model=demo');
    await view.page.getByLabel('Compare with').fill('spare');
    await view.page.getByLabel('Message 1').click();
    await view.page.keyboard.press('Control+Enter');
    for (const name of ['demo', 'spare']) {
      const column = view.page.getByRole('region', { name, exact: true });
      await column.getByText('Done', { exact: true }).waitFor();
      expect(await column.textContent()).toMatch(new RegExp(`First token[\\d.]+.*Served by${name}/demo`));
    }
    expect(new URL(view.page.url()).searchParams.get('other')).toBe('spare');
    expect(view.complaints).toEqual([]);
    await view.close();
  });

  test('that fails says why in plain words, in each dialect', async () => {
    const view = await openView(browser, stage.url);
    for (const dialect of ['openai-chat', 'anthropic-messages', 'gemini']) {
      await view.go(`/console/playground?model=nothing-like-this&dialect=${dialect}`);
      await view.page.getByRole('button', { name: 'Send', exact: true }).click();
      const alert = view.page.getByRole('alert');
      await alert.waitFor();
      expect(await alert.textContent()).toContain('nothing-like-this');
    }
    expect(view.complaints.filter((each) => !each.includes('404'))).toEqual([]);
    await view.close();
  });

  test('is stopped while it runs', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/playground?model=any/demo-stall');
    await view.page.getByRole('button', { name: 'Send', exact: true }).click();
    await view.page.locator('.events li').first().waitFor();
    await view.page.getByRole('button', { name: 'Stop' }).click();
    await view.page.getByText('Stopped', { exact: true }).waitFor();
    expect(view.complaints).toEqual([]);
    await view.close();
  });

  test('is explained without being sent', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/playground?model=main');
    const posts: string[] = [];
    view.page.on('request', (request) => request.method() === 'POST' && posts.push(new URL(request.url()).pathname));
    await view.page.getByRole('button', { name: 'Explain' }).click();
    await view.page.locator('.explain-route').first().waitFor();
    expect(posts).toEqual(['/admin/explain']);
    expect(await view.axe()).toEqual([]);
    await view.close();
  });
});

describe('the form and the JSON', () => {
  test('are one: what is written in either is in the other, and goes along into another dialect', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/playground?model=demo');
    await view.page.getByLabel('Temperature').fill('0.5');
    await view.page.getByText('Tools', { exact: true }).click();
    await view.page
      .getByLabel('Tools, as JSON')
      .fill('[{"type":"function","function":{"name":"clock","parameters":{"type":"object"}}}]');
    await view.page.getByRole('tab', { name: 'JSON' }).click();
    const json = view.page.getByLabel('The body that is sent');
    const body = JSON.parse(await json.inputValue()) as Record<string, unknown>;
    expect(body).toMatchObject({
      model: 'demo',
      temperature: 0.5,
      stream: true,
      tools: [{ function: { name: 'clock' } }],
    });
    await json.fill('{"model": "demo", ');
    await view.page.locator('.json-area .problem').getByText(/JSON/).waitFor();
    await json.fill(JSON.stringify({ ...body, model: 'spare', stream: false, seed: 7 }));
    await view.page.getByRole('tab', { name: 'Form' }).click();
    await becomes(() => view.page.getByLabel('Model', { exact: true }).inputValue(), 'spare');
    expect(await view.page.getByLabel('Stream the answer').isChecked()).toBe(false);
    await view.page.getByRole('combobox', { name: 'Dialect', exact: true }).selectOption('anthropic-messages');
    await view.page.getByRole('tab', { name: 'JSON' }).click();
    expect(JSON.parse(await json.inputValue())).toMatchObject({
      model: 'spare',
      temperature: 0.5,
      tools: [{ name: 'clock', input_schema: { type: 'object' } }],
    });
    expect(view.complaints).toEqual([]);
    await view.close();
  });

  test('become commands and code, without the key', async () => {
    const view = await openView(browser, stage.url);
    await view.go('/console/playground?model=demo');
    await view.page.getByLabel('Key').fill('sk-very-secret');
    await view.page.getByRole('button', { name: 'As code' }).click();
    const dialog = view.page.getByRole('dialog', { name: 'As code' });
    expect(await dialog.textContent()).toContain(`curl -N '${stage.url}/v1/chat/completions'`);
    expect(await dialog.textContent()).not.toContain('sk-very-secret');
    await dialog.getByRole('tab', { name: 'Python' }).click();
    expect(await dialog.textContent()).toContain('client.chat.completions.create(');
    expect(await view.axe()).toEqual([]);
    await view.close();
  });
});

test('with a key it asks as that key; a body that was kept comes back to be asked again', async () => {
  const keyed = await startRoutesStage({
    keys: [{ name: 'ci', key: 'sk-ci-0123456789', models: ['*'], log_bodies: 'all' }],
    admin: { api_key: 'sk-admin-0123456789' },
  });
  const view = await openView(browser, keyed.url);
  await view.page.goto('/console/playground?model=demo');
  await view.page.getByRole('textbox', { name: /key/i }).fill('sk-admin-0123456789');
  await view.page.keyboard.press('Enter');
  await view.page.getByRole('heading', { level: 1, name: 'Playground' }).waitFor();
  await view.page.getByRole('button', { name: 'Send', exact: true }).click();
  expect(await view.page.getByRole('alert').textContent()).toContain('key');
  await view.page.getByLabel('Key', { exact: true }).fill('sk-ci-0123456789');
  await view.page.getByLabel('Message 1').fill('Keep this.');
  await sent(view, 'demo');
  const href = await view.page.getByRole('link', { name: 'All about this request' }).getAttribute('href');
  const id = href?.split('/').at(-1) ?? '';
  const admin = { authorization: 'Bearer sk-admin-0123456789' };
  await eventually(async () => {
    const { status } = await fetch(`${keyed.url}/admin/requests/${id}/bodies`, { headers: admin, keepalive: false });
    return status === 200;
  });
  await view.go(`/console/playground?request=${id}`);
  await eventually(async () => (await view.page.getByLabel('Message 1').inputValue()) === 'Keep this.');
  await becomes(() => view.page.getByLabel('Model', { exact: true }).inputValue(), 'demo');
  await becomes(() => view.page.getByLabel('Key', { exact: true }).inputValue(), '');
  await view.close();
  await keyed.stop();
});
