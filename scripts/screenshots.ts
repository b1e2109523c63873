// `make screenshots`: writes docs/images/*.png, the pictures of the console in the documentation, from a demo with its past.
// ARGS="--all DIR" writes every page at every width, in both themes and languages, to look at.
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openBrowser, openView, type View, type ViewOptions } from '../test/console/kit/browser.ts';
import { hasHistory, startDemoProgram } from '../test/kit/demo-program.ts';

const IMAGES = 'docs/images';
/** What the documentation shows is not larger. */
const MOST_BYTES = 300 * 1024;

const { values: options } = parseArgs({ options: { all: { type: 'string' } } });
const folder = options.all ?? IMAGES;
await mkdir(folder, { recursive: true });
const browser = await openBrowser();
const demo = await startDemoProgram();
try {
  await hasHistory(demo);
  await sendDemoRequests();
  for (const { name, path } of [...(await pages()), ...(await oneRequest())])
    for (const [suffix, view] of views()) await shoot(path, `${name}${suffix}`, view);
} finally {
  await browser.close();
  await demo.stop();
}

/** What the button of the overview does, so that there is something of this minute as well. */
async function sendDemoRequests(): Promise<void> {
  const view = await openView(browser, demo.url);
  await view.go('/');
  const button = view.page.getByRole('button', { name: 'Send demo requests' });
  await button.click();
  await view.page
    .getByRole('row', { name: /demo-cut/ })
    .first()
    .waitFor();
  await button.waitFor();
  await view.close();
}

/** The pages that the rail leads to. */
async function pages(): Promise<Shown[]> {
  const view = await openView(browser, demo.url);
  await view.go('/');
  const links = await view.page.locator('nav a').all();
  const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
  await view.close();
  return paths.map((path) => ({
    name: path?.replace('/console/', '').replace('/', '') || 'overview',
    path: path ?? '/',
  }));
}

/** One request in which a backend failed and another served, where there is a page for it. */
async function oneRequest(): Promise<Shown[]> {
  const answer = await fetch(
    `${demo.url}/admin/requests?status=failed_over&failure=overloaded&alias=demo-code&limit=1`,
  );
  const { data } = (await answer.json()) as { readonly data?: readonly { readonly id: string }[] };
  const id = data?.[0]?.id;
  if (id === undefined) throw new Error('the demo has no request that failed over');
  const path = `/console/requests/${id}`;
  const view = await openView(browser, demo.url);
  await view.go(path);
  const isThere = (await view.page.getByRole('heading', { name: 'There is no such page' }).count()) === 0;
  await view.close();
  return isThere ? [{ name: 'request', path }] : [];
}

/** How each page is looked at, and what its file is called for it. */
function views(): [suffix: string, view: ViewOptions][] {
  const themes = ['light', 'dark'] as const;
  if (options.all === undefined)
    return themes.map((theme) => [`-${theme}`, { theme, width: 1440, height: 900, zone: 'UTC' }]);
  const languages = ['en', 'zh-CN'] as const;
  return [360, 1280, 2560].flatMap((width) =>
    themes.flatMap((theme) =>
      languages.map((language): [string, ViewOptions] => [
        `-${width}-${theme}-${language}`,
        { theme, language, width, height: width < 720 ? 740 : Math.round((width * 9) / 16) },
      ]),
    ),
  );
}

async function shoot(path: string, name: string, how: ViewOptions): Promise<void> {
  const view = await openView(browser, demo.url, how);
  await view.go(path);
  await isQuiet(view);
  const file = `${folder}/${name}.png`;
  const { length } = await view.page.screenshot({ path: file, fullPage: (how.width ?? 0) < 720 });
  console.log(
    file,
    ...view.complaints,
    ...(length > MOST_BYTES ? [`has ${length} bytes, more than ${MOST_BYTES}`] : []),
  );
  await view.close();
}

/** A page that watches what happens never stops asking. */
async function isQuiet({ page }: View): Promise<void> {
  await page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => undefined);
  // Charts are drawn in the next frame.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

interface Shown {
  readonly name: string;
  readonly path: string;
}
