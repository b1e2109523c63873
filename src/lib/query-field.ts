/** A field of a query; undefined if it has none of the name, or nothing is asked for. */
export function queryField(query: string, name: string | undefined): string | undefined {
  if (name === undefined || query === '') return undefined;
  return new URLSearchParams(query).get(name) ?? undefined;
}
