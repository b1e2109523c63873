import type { AddressList } from '../lib/address-list.ts';
import type { SignedIn } from './signed-in.ts';
import type { SharedLimits, Team } from './team.ts';

/** Whoever a request's credential stands for. What outlives a request and holds anything of a caller is kept by its id. */
export interface Caller {
  /** Unique among all callers. */
  readonly id: string;
  /** Unique in its team, and fit for logs. */
  readonly name: string;
  /** The models that it may ask for, by name; a trailing `*` stands for any ending. Undefined: all. */
  readonly models: readonly string[] | undefined;
  /** It runs the gateway: what operators ask for is answered. */
  readonly isOperator: boolean;
  readonly team?: Team | undefined;
  /** Of one with a key: what its key says of it. */
  readonly key?: KeyTraits | undefined;
  /** Of one that shows a session of the console instead of a key. */
  readonly session?: SignedIn | undefined;
}

/** What a key says of its caller, besides name, team and models. */
export interface KeyTraits {
  /** Of a key that was made at run time; undefined: it stands in the config. */
  readonly id: string | undefined;
  readonly owner: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Kinds of endpoints, and paths. Undefined: all. */
  readonly endpoints: readonly string[] | undefined;
  /** Undefined: any address. */
  readonly allowedIps: AddressList | undefined;
  readonly limits: SharedLimits;
  /** Undefined: the alias says it. */
  readonly logBodies: LogBodies | undefined;
}

/** Of which requests the bodies are kept. */
export const LOG_BODIES = ['off', 'errors', 'all'] as const;

/** One of them. */
export type LogBodies = (typeof LOG_BODIES)[number];

/** Which of a caller's two keys a request has shown, where it is not the current one: that from before a rotation. */
export type KeyGeneration = 'previous';

/** Whoever shows `proxy_api_key`. */
export const PROXY: Caller = { id: 'proxy', name: 'proxy', models: undefined, isOperator: true };

/** Whoever shows nothing to a gateway that asks for nothing. */
export const ANONYMOUS: Caller = { id: 'anonymous', name: 'anonymous', models: undefined, isOperator: true };

/** Whoever shows `admin.api_key`. It asks for no models. */
export const ADMIN: Caller = { id: 'admin', name: 'admin', models: [], isOperator: true };

/** A caller's name as a label of metrics: clients cannot make up any. One that the gateway has named by a credential is nobody in particular. */
export function callerLabel(name: string): string {
  return name.includes(':') ? ANONYMOUS.name : name;
}

/** Whether a caller may ask for the model of this name: its key and every team above it must name it. */
export function mayUse({ models, team }: Caller, name: string): boolean {
  if (!namesModel(models, name)) return false;
  return team === undefined || team.lineage.every((each) => namesModel(each.models, name));
}

/** Whether a caller may ask for any model. */
export function mayUseAll(caller: Caller): boolean {
  return modelLists(caller).every((models) => models.includes('*'));
}

/** The lists that limit a caller's models, its own first; what all of them name it may use. None: it may use all. */
export function modelLists({ models, team }: Caller): (readonly string[])[] {
  const lists = [models, ...(team?.lineage.map((each) => each.models) ?? [])];
  return lists.filter((list) => list !== undefined);
}

function namesModel(models: readonly string[] | undefined, name: string): boolean {
  if (models === undefined) return true;
  return models.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}
