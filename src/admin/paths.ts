import type { Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';

/** One path of the admin API, with what can be done there. */
export interface AdminPath {
  /** With `{name}` for each segment that is a name. */
  readonly template: string;
  /** Who may call it: whoever has a key, or whoever runs the gateway. */
  readonly auth: 'caller' | 'operator';
  readonly byMethod: ReadonlyMap<string, Operation>;
  /** The names in a path of this form; undefined for any other path. */
  namesIn(path: string): Readonly<Record<string, string>> | undefined;
}

/** An id in a path: what the gateway makes, and names that need no escapes. */
const NAME = '([A-Za-z0-9._~-]{1,200})';

/** Every path of the operations, those without names first. */
export function pathsOf(operations: readonly Operation[] = OPERATIONS): AdminPath[] {
  const byTemplate = Map.groupBy(operations, ({ path }) => path);
  const paths = Array.from(byTemplate, ([template, own]) => adminPath(template, own));
  return paths.toSorted((one, other) => Number(hasNames(one)) - Number(hasNames(other)));
}

/** Whether a path has names, so that it is found by its form. */
export function hasNames({ template }: AdminPath): boolean {
  return template.includes('{');
}

function adminPath(template: string, operations: readonly Operation[]): AdminPath {
  const names = Array.from(template.matchAll(/\{(\w+)\}/g), ([, name = '']) => name);
  const form = new RegExp(`^${template.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, NAME)}$`);
  return {
    template,
    auth: operations.every(({ role }) => role === 'member') ? 'caller' : 'operator',
    byMethod: new Map(operations.map((each) => [each.method, each])),
    namesIn(path) {
      const found = form.exec(path);
      return found === null ? undefined : Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? '']));
    },
  };
}
