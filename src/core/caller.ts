/** Whoever a request's credential stands for. What outlives a request and holds anything of a caller is kept by its name. */
export interface Caller {
  /** Unique among all callers, and fit for logs. */
  readonly name: string;
  /** The models that it may ask for, by name; a trailing `*` stands for any ending. Undefined: all. */
  readonly models: readonly string[] | undefined;
  /** It runs the gateway: what operators ask for is answered. */
  readonly isOperator: boolean;
}

/** Which of a caller's two keys a request has shown, where it is not the current one: that from before a rotation. */
export type KeyGeneration = 'previous';

/** Whoever shows `proxy_api_key`. */
export const PROXY: Caller = { name: 'proxy', models: undefined, isOperator: true };

/** Whoever shows nothing to a gateway that asks for nothing. */
export const ANONYMOUS: Caller = { name: 'anonymous', models: undefined, isOperator: true };

/** Whoever shows `admin.api_key`. It asks for no models. */
export const ADMIN: Caller = { name: 'admin', models: [], isOperator: true };

/** A caller's name as a label of metrics: clients cannot make up any. One that the gateway has named by a credential is nobody in particular. */
export function callerLabel(name: string): string {
  return name.includes(':') ? ANONYMOUS.name : name;
}

/** Whether a caller may ask for the model of this name. */
export function mayUse({ models }: Caller, name: string): boolean {
  if (models === undefined) return true;
  return models.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}
