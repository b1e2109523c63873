/** What messages name: where a database is, without its user, its password and its options. */
export function databasePlace(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return 'of `database`';
  return `postgres://${parsed.host}${parsed.pathname}`;
}
