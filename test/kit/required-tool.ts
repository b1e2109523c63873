/**
 * The path of a program that every machine of CI has, and most others, by PATH as it is now. Where it is missing, prints so
 * once and returns undefined, so that what needs it can be skipped; on Linux in CI it throws instead, unless
 * `LLM_PROXY_TESTS_WITHOUT` names it, as a job does that has to do without.
 */
export function requiredTool(name: string): string | undefined {
  const path = Bun.which(name, { PATH: process.env.PATH ?? '' });
  if (path !== null) return path;
  const text = `There is no ${name} here`;
  const isLeftOut = process.env['LLM_PROXY_TESTS_WITHOUT']?.split(' ').includes(name) ?? false;
  if (process.env.CI !== undefined && process.platform === 'linux' && !isLeftOut)
    throw new Error(`${text}: install it, or name it in LLM_PROXY_TESTS_WITHOUT`);
  if (!said.has(name)) console.warn(`${text}: what needs it is skipped.`);
  said.add(name);
  return undefined;
}

/** Whether there is such a program. */
export function hasTool(name: string): boolean {
  return requiredTool(name) !== undefined;
}

const said = new Set<string>();
