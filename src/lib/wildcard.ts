/** Whether `name` is one of those that a wildcard alias (`openai/*`) stands for: it goes on behind what stands before the `*`. */
export function wildcardMatches(alias: string, name: string): boolean {
  return alias.endsWith('*') && name.length >= alias.length && name.startsWith(alias.slice(0, -1));
}
