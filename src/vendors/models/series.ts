import { isAtLeast, versionFrom } from './version.ts';

/**
 * Tells the models of a series from a version on by their names: `since('kimi-k', '2.5')` knows `moonshotai/Kimi-K2.5`,
 * `kimi-k2p6` and `kimi-k3-thinking`, not `kimi-k2-0905`. Where weights are hosted a point may be a `p`.
 */
export function since(series: string, version: string): Pick<RegExp, 'test'> {
  const name = new RegExp(`${series}-?v?(\\d+(?:[.p]\\d+)?)`, 'i');
  return {
    test: (model) => {
      const found = versionFrom(name.exec(model)?.[1] ?? '');
      return found !== undefined && isAtLeast(found, version);
    },
  };
}

/** Tells names that any of these tells. */
export function anyOf(...names: readonly Pick<RegExp, 'test'>[]): Pick<RegExp, 'test'> {
  return { test: (model) => names.some((name) => name.test(model)) };
}
