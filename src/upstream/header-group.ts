/** Headers that are treated alike, and why. Names are in lower case. */
export interface HeaderGroup {
  readonly why: string;
  readonly names?: readonly string[];
  /** How names of the group begin. */
  readonly prefixes?: readonly string[];
}

/** Whether a name, in lower case, belongs to one of the groups. */
export function belongsTo(groups: readonly HeaderGroup[]): (name: string) => boolean {
  const names = new Set(groups.flatMap((group) => group.names ?? []));
  const prefixes = groups.flatMap((group) => group.prefixes ?? []);
  return (name) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
