/** A version as numbers, so that 4.10 comes after 4.9: `[4, 10]`. */
export type Version = readonly number[];

/** Newer than any number: `latest`, and names without a version. */
export const NEWEST: Version = [Number.POSITIVE_INFINITY];

/** Reads `4.10` or `4-10`; undefined for a text without digits. */
export function versionFrom(text: string): Version | undefined {
  return text.match(/\d+/g)?.map(Number);
}

/** Whether `version` is `least` (`'4.10'`) or newer. A missing number counts as 0. */
export function isAtLeast(version: Version, least: string): boolean {
  const other = versionFrom(least) ?? [];
  for (let at = 0; at < Math.max(version.length, other.length); at++) {
    const [own = 0, limit = 0] = [version[at], other[at]];
    if (own !== limit) return own > limit;
  }
  return true;
}
