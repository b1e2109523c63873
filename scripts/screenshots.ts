// `make screenshots`: writes docs/images/*.png, the pictures of the console in the README, from a gateway with the demo
// backend. ARGS="--all DIR" writes every page at every width, in both themes and languages, to look at.
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openBrowser, openView, type ViewOptions } from '../test/console/kit/browser.ts';
import { fill, startDemoStage } from '../test/console/kit/stage.ts';

const IMAGES = 'docs/images';

const { values: options } = parseArgs({ options: { all: { type: 'string' } } });
const folder = options.all ?? IMAGES;
await mkdir(folder, { recursive: true });
const browser = await openBrowser();
const stage = await startDemoStage();
try {
  await fill(stage);
  for (const { name, path } of await pages())
    for (const [suffix, view] of views()) await shoot(path, `${name}${suffix}`, view);
} finally {
  await browser.close();
  await stage.stop();
}

/** The pages that the rail leads to. */
async function pages(): Promise<{ name: string; path: string }[]> {
  const view = await openView(browser, stage.url);
  await view.go('/');
  const links = await view.page.locator('nav a').all();
  const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
  await view.close();
  return paths.map((path) => ({
    name: path?.replace('/console/', '').replace('/', '') || 'overview',
    path: path ?? '/',
  }));
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

async function shoot(path: string, name: string, options: ViewOptions): Promise<void> {
  const view = await openView(browser, stage.url, options);
  await view.go(path);
  await view.page.waitForLoadState('networkidle');
  const file = `${folder}/${name}.png`;
  await view.page.screenshot({ path: file, fullPage: (options.width ?? 0) < 720 });
  console.log(file, ...view.complaints);
  await view.close();
}
