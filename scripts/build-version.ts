import { version as packageVersion } from '../package.json';

/** The package's version; between releases with the commit, so that two builds can be told apart. */
export async function buildVersion(): Promise<string> {
  const described = await git('describe', '--tags', '--always', '--dirty', '--match', 'v*');
  if (described === undefined || described === `v${packageVersion}`) return packageVersion;
  return `${packageVersion}+${described.replace(/^v/, '').replaceAll(/[^0-9A-Za-z.-]/g, '-')}`;
}

/** The output of a git command; undefined where there is no git, no repository or no commit. */
async function git(...args: string[]): Promise<string | undefined> {
  if (Bun.which('git') === null) return undefined;
  const child = Bun.spawn(['git', ...args], { stdin: 'ignore', stdout: 'pipe', stderr: 'ignore' });
  const [output, code] = await Promise.all([child.stdout.text(), child.exited]);
  return code === 0 && output.trim() !== '' ? output.trim() : undefined;
}
