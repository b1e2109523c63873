/** A version as numbers, so that 4.10 comes after 4.9: `[4, 10]`. */
export type Version = readonly number[];

/** Newer than any that has a number: `latest`, and names that tell none. */
export const NEWEST: Version = [Number.POSITIVE_INFINITY];

/** Reads `4.10` or `4-10`; of a text without digits, nothing. */
export function versionFrom(text: string): Version | undefined {
  return text.match(/\d+/g)?.map(Number);
}

/** Whether `version` is `least` (`'4.10'`) or newer. What is missing counts as 0. */
export function isAtLeast(version: Version, least: string): boolean {
  const other = versionFrom(least) ?? [];
  for (let at = 0; at < Math.max(version.length, other.length); at++) {
    const [own = 0, limit = 0] = [version[at], other[at]];
    if (own !== limit) return own > limit;
  }
  return true;
}
