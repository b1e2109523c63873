/** The share that a percentage stands for: 0.05 for `5%`. Undefined for anything else, a bare number too: 5 could be either. */
export function parsePercentage(value: string | number): number | undefined {
  const digits = /^(\d{1,3}(?:\.\d{1,4})?) ?%$/.exec(String(value).trim())?.[1];
  if (digits === undefined) return undefined;
  const share = Math.round(Number(digits) * 10_000) / 1_000_000;
  return share <= 1 ? share : undefined;
}

/** The text that `parsePercentage` reads back as the share. */
export function formatPercentage(share: number): string {
  return `${Math.round(share * 1_000_000) / 10_000}%`;
}
