import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { $ } from 'bun';
import { cached } from '../../scripts/cached.ts';
import { PROGRAMS, whyNot } from './programs.ts';

/**
 * A Python that can import a package: one of the environments below `LLM_PROXY_CLIENTS`, else one that is made below
 * node_modules with the packages named, and kept. Where it cannot be made, prints why and returns undefined. Await it at the
 * top of a test file: a download takes longer than a test may.
 */
export async function pythonWith(name: string, packages: readonly string[]): Promise<string | undefined> {
  const given = process.env.LLM_PROXY_CLIENTS;
  for (const folder of given === undefined ? [] : readdirSync(given)) {
    const python = join(given ?? '', folder, 'bin/python');
    if (existsSync(python) && (await $`${python} -c ${`import ${name}`}`.quiet().nothrow()).exitCode === 0)
      return python;
  }
  try {
    const environment = join(PROGRAMS, `python-${packages.join('-').replaceAll(/[^\w.-]/g, '_')}`);
    await cached(environment, async (work) => {
      // Its programs name the folder that it was made in, but its Python finds the packages wherever it is.
      const folder = join(work, 'environment');
      await $`python3 -m venv ${folder}`.quiet();
      await $`${folder}/bin/python -m pip install --quiet --retries 1 --disable-pip-version-check ${packages}`.quiet();
      return folder;
    });
    return join(environment, 'bin/python');
  } catch (error) {
    console.warn(`There is no Python with ${packages.join(', ')}: ${whyNot(error)}. What needs it is skipped.`);
    return undefined;
  }
}
