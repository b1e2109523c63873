import { isAtLeast, versionFrom } from './version.ts';

/**
 * Matches the models of a line from one version on, and before another: `glm-5.3`, `zai-glm-5-3`, and
 * `accounts/fireworks/models/glm-5p3` are all of the line `glm-` and of version 5.3. `line` is the source of a RegExp.
 */
export function since(line: string, least: string, before?: string): Pick<RegExp, 'test'> {
  // A number behind a dash may be a size (`qwen3-8b`) or a date (`kimi-k2-0905`).
  const pattern = new RegExp(String.raw`${line}(\d+)(?:[.p](\d+)|-(\d)(?![\db.]))?`, 'i');
  return {
    test: (name) => {
      const [, major, minor, dashed] = pattern.exec(name) ?? [];
      const version = major === undefined ? undefined : versionFrom(`${major}.${minor ?? dashed ?? 0}`);
      if (version === undefined || !isAtLeast(version, least)) return false;
      return before === undefined || !isAtLeast(version, before);
    },
  };
}

/** Matches names that any of these matches. */
export function anyOf(...names: readonly Pick<RegExp, 'test'>[]): Pick<RegExp, 'test'> {
  return { test: (model) => names.some((name) => name.test(model)) };
}
