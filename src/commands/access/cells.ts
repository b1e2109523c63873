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
  if (!Array.isArray(value) || value.length === 0) return '-';
  return (value as readonly ShownBudget[])
    .map(({ usd, tokens, requests, per }) => {
      const limit = usd ?? (tokens === undefined ? `requests:${requests ?? 0}` : `tokens:${tokens}`);
      return `${limit}/${per}`;
    })
    .join(', ');
}

/** A budget as views of keys and teams have it. */
interface ShownBudget {
  readonly usd?: string;
  readonly tokens?: number;
  readonly requests?: number;
  readonly per: string;
}
