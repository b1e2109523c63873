import { readFileSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { AxeResults } from 'axe-core';
import { findChromium } from './chromium.ts';

/** One browser for all tests of a file. Await it at the top: to install one takes longer than a test may. */
export async function openBrowser(): Promise<Browser> {
  const place = await findChromium();
  return await chromium.launch({
    ...place,
    // Inside a container Chromium's own sandbox has nothing to stand on.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
  });
}

export interface ViewOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  readonly language?: 'en' | 'zh-CN';
  /** The zone of the browser's machine. */
  readonly zone?: string;
  readonly cookies?: NonNullable<Exclude<BrowserContextOptions['storageState'], string | undefined>>['cookies'];
}

/** A page of the console in a context of its own, which notes everything that must not happen. */
export interface View {
  readonly page: Page;
  /** What the page has complained of: errors, warnings of the console, requests to other hosts. */
  readonly complaints: readonly string[];
  /** The accessibility rules (WCAG 2.2 AA, and axe's best practices) that it breaks. */
  axe(): Promise<string[]>;
  /** Goes to a path of the console and waits until what it asks for is there. */
  go(path: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a context on a gateway; `url` is its address. */
export async function openView(browser: Browser, url: string, options: ViewOptions = {}): Promise<View> {
  const { width = 1280, height = 800, theme = 'light', language = 'en', zone = 'UTC', cookies = [] } = options;
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    colorScheme: theme,
    locale: language === 'en' ? 'en-US' : 'zh-CN',
    timezoneId: zone,
    reducedMotion: 'reduce',
    storageState: { cookies: [...cookies], origins: [] },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.origin !== new URL(url).origin && asked.protocol !== 'data:') complaints.push(`asks ${asked.href}`);
  });
  return {
    page,
    complaints,
    async axe() {
      // By the debugger: the page's own policy lets no script in.
      await page.evaluate(AXE);
      const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
      return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
    },
    async go(path) {
      await page.goto(path);
      await page.locator('h1').first().waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    },
    close: () => context.close(),
  };
}

const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
