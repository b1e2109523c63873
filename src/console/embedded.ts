/** The path of the packed console inside the executable, which its build puts here; undefined from source. */
export const EMBEDDED: string | undefined = undefined as string | undefined;
