/** HTTP status codes from `from` to `to`, both included. */
export interface StatusRange {
  from: number;
  to: number;
}

/** The ranges of the `detection.error_codes` of a valid config; throws for an invalid one. */
export function parseStatusRanges(codes: readonly (string | number)[]): StatusRange[] {
  return codes.map((code) => {
    const range = parseStatusRange(code);
    if (!range) throw new Error(`"${code}" is not a status code, class or range`);
    return range;
  });
}

/** Parses `503`, `4xx` or `429-499`; undefined for anything else, and beyond 100 to 599. */
export function parseStatusRange(code: string | number): StatusRange | undefined {
  const text = String(code).trim();
  const parts = /^(\d{3})(?:\s*-\s*(\d{3}))?$/.exec(text);
  if (parts) return within(Number(parts[1]), Number(parts[2] ?? parts[1]));
  if (!/^\dxx$/i.test(text)) return undefined;
  const from = Number(text[0]) * 100;
  return within(from, from + 99);
}

function within(from: number, to: number): StatusRange | undefined {
  return from >= 100 && from <= to && to <= 599 ? { from, to } : undefined;
}
