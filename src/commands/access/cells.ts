/** A list as a cell of a table shows it; `none` where there is no list. */
export function listCell(value: unknown, none: string): string {
  return Array.isArray(value) ? value.join(', ') : none;
}

/** A text as a cell shows it. */
export function textCell(value: unknown): string {
  return typeof value === 'string' ? value : '-';
}

/** Budgets as the command line writes them: `5/day, tokens:1000/month`. */
export function budgetsCell(value: unknown): string {
  if (!Array.isArray(value)) return '-';
  return (value as readonly Readonly<Record<string, unknown>>[])
    .map(({ usd, tokens, requests, per }) => {
      const limit = usd === undefined ? (tokens === undefined ? `requests:${requests}` : `tokens:${tokens}`) : `${usd}`;
      return `${limit}/${per}`;
    })
    .join(', ');
}
