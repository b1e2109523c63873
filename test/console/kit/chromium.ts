import { $ } from 'bun';

/** How `launch` of playwright-core finds a browser. */
export type BrowserPlace = { readonly executablePath: string } | { readonly channel: 'chrome' };

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The browser of this machine: Chromium or Chrome on PATH, else Debian's, which is installed where that is possible. Rejects
 * with what to do where there is none: a console that no browser has opened is not tested.
 */
export async function findChromium(): Promise<BrowserPlace> {
  if (process.platform !== 'linux') return { channel: 'chrome' };
  const found = onPath();
  if (found !== undefined) return { executablePath: found };
  const isRoot = process.getuid?.() === 0;
  if (isRoot && Bun.which('apt-get') !== null) {
    await $`apt-get update`.quiet();
    await $`apt-get install --yes --no-install-recommends chromium fonts-noto-cjk`.quiet();
  }
  const installed = onPath();
  if (installed !== undefined) return { executablePath: installed };
  throw new Error(
    'The tests of the console need Chromium. Install it: `sudo apt-get install chromium fonts-noto-cjk`.',
  );
}

function onPath(): string | undefined {
  const paths = NAMES.map((name) => Bun.which(name, { PATH: process.env.PATH ?? '' }));
  return paths.find((path) => path !== null) ?? undefined;
}
