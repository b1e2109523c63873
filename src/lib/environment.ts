/** The variables of an environment by name; unset ones are undefined or absent. `main.ts` hands in that of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a variable; undefined if it is unset. */
export function valueIn(env: Environment, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}
