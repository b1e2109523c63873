/** The variables of an environment by name; unset ones are undefined or absent. `main.ts` hands in that of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;
