// Requests as they happen, in a real browser.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { eventually } from '../kit/settled.ts';
import { becomes } from './kit/becomes.ts';
import { openBrowser, openView, type View } from './kit/browser.ts';
import { fill, startDemoStage, type DemoStage } from './kit/stage.ts';

const browser = await openBrowser();
let stage: DemoStage;
beforeAll(async () => {
  stage = await startDemoStage();
  await fill(stage);
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

const rowsOf = ({ page }: View) => page.locator('.live-body .live-row:not([hidden])');
const figureOf = ({ page }: View, name: string) => page.locator('.live-line > div', { hasText: name }).locator('dd');

async function openLive(path = '/console/live', options: Parameters<typeof openView>[2] = {}): Promise<View> {
  const view = await openView(browser, stage.url, options);
  await view.go(path);
  await view.page.locator('.live-line .tone-good').waitFor();
  return view;
}

describe.each([
  ['light', 'en', 360],
  ['dark', 'zh-CN', 1280],
  ['light', 'zh-CN', 2560],
] as const)('in %s and %s, %d px wide', (theme, language, width) => {
  test('the live list is accessible and fits the screen', async () => {
    const view = await openLive('/console/live', { theme, language, width });
    await rowsOf(view).first().waitFor();
    expect(await view.axe()).toEqual([]);
    expect(view.complaints).toEqual([]);
    expect(await view.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
    await view.close();
  });
});

describe('the live list', () => {
  test('shows a request while it runs and when it has ended, and leads to it', async () => {
    const view = await openLive('/console/live?alias=demo');
    await becomes(() => rowsOf(view).count(), 5);
    const asked = fetch(`${stage.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'demo', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
      keepalive: false,
    });
    await view.page.getByText('running').waitFor();
    await becomes(() => rowsOf(view).count(), 6);
    await (await asked).text();
    await view.page.getByText('running').waitFor({ state: 'detached' });
    await becomes(() => rowsOf(view).count(), 6);
    await rowsOf(view).first().click();
    await view.page.getByRole('heading', { level: 1, name: 'demo' }).waitFor();
    await view.page.locator('.summary-sentence', { hasText: 'Served by demo' }).waitFor();
    await view.close();
  });

  test('rests while it is paused, and then goes on with all that came', async () => {
    const view = await openLive();
    await rowsOf(view).first().waitFor();
    const before = await rowsOf(view).count();
    await view.page.keyboard.press(' ');
    await view.page.getByRole('button', { name: 'Resume' }).waitFor();
    await Promise.all([stage.ask(), stage.ask('demo-fails')]);
    await eventually(async () => (await figureOf(view, 'not shown yet').textContent()) === '2');
    await becomes(() => rowsOf(view).count(), before);
    await view.page.getByRole('button', { name: 'Resume' }).click();
    await eventually(async () => (await rowsOf(view).count()) === before + 2);
    // Under the pointer nothing moves either.
    await rowsOf(view).first().hover();
    await view.page.getByText('Held').waitFor();
    await stage.ask();
    await eventually(async () => (await figureOf(view, 'not shown yet').textContent()) === '1');
    await view.page.mouse.move(0, 0);
    await eventually(async () => (await rowsOf(view).count()) === before + 3);
    await view.close();
  });

  test('is filtered as the list is', async () => {
    const view = await openLive('/console/live');
    await view.page.getByLabel('Status').selectOption('failed');
    await view.page.waitForURL('**/console/live?status=failed');
    await eventually(async () => (await rowsOf(view).allTextContents()).every((text) => text.includes('demo-fails')));
    expect(await view.page.getByRole('link', { name: 'Search in the past' }).getAttribute('href')).toBe(
      '/console/requests?status=failed',
    );
    const before = await rowsOf(view).count();
    await Promise.all([stage.ask(), stage.ask('demo-fails')]);
    await eventually(async () => (await rowsOf(view).count()) === before + 1);
    await view.close();
  });

  test('says that the gateway is out of reach, and goes on by itself when it is back', async () => {
    const view = await openView(browser, stage.url);
    await view.page.route('**/admin/live', (route) => route.abort());
    await view.page.goto('/console/live');
    await view.page.getByText('Connection lost').waitFor();
    await view.page.unroute('**/admin/live');
    await rowsOf(view).first().waitFor();
    await view.page.getByText('Connection lost').waitFor({ state: 'detached' });
    await view.close();
  });

  test('of hundreds of requests it has as many elements as fit the screen, and keeps the last 500', async () => {
    const view = await openLive();
    await rowsOf(view).first().waitFor();
    const shown = async () => Number(await view.page.getByRole('table').getAttribute('aria-rowcount')) - 1;
    const before = await shown();
    for (let round = 0; round < 12; round++) await Promise.all(Array.from({ length: 50 }, () => stage.ask()));
    // Every one is shown, or counted as left out.
    await eventually(async () => {
      const leftOut = Number(await figureOf(view, 'Left out').textContent());
      const now = await shown();
      return now === 500 || now + leftOut - before === 600;
    });
    expect(await view.page.locator('.live-row').count()).toBeLessThan(60);
    await view.page.locator('.live-box').evaluate((box) => {
      box.scrollTop = 2000;
    });
    await view.page.getByText('Held').waitFor();
    await rowsOf(view).first().waitFor();
    expect(view.complaints).toEqual([]);
    await view.close();
  });
});
