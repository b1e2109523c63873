import { readFileSync } from 'node:fs';

/** What a JSON value of a dialect looks like, as `scripts/sdk-shapes.ts` has read it from the official SDK's types. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'null'
  /** Anything: a tool's arguments, a JSON schema, metadata. */
  | 'any'
  | { readonly enum: readonly (string | number | boolean)[] }
  | { readonly list: Shape }
  | { readonly map: Shape }
  /** Members by their names; a `?` behind a name says that it may be left out. */
  | { readonly object: Readonly<Record<string, Shape>> }
  /** One of several; `by`: the member by whose word they are told apart, where there is one. */
  | { readonly oneOf: readonly Shape[]; readonly by?: string }
  /** One of the file's `types`. */
  | { readonly type: string };

/** The bodies that a dialect has a shape for. */
export type BodyName = 'request' | 'answer' | 'event';

/** One dialect's bodies. */
export interface DialectShapes extends Readonly<Record<BodyName, Shape>> {
  /** The SDK and its version. */
  readonly from: string;
  readonly types: Readonly<Record<string, Shape>>;
}

/** The shapes of a dialect, by its name in the registry. */
export function shapesOf(dialect: string): DialectShapes {
  const file = new URL(`../shapes/${dialect}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as DialectShapes;
}

/** A member's name without the `?`, and whether it may be left out. */
export function memberOf(key: string): { readonly name: string; readonly isOptional: boolean } {
  return key.endsWith('?') ? { name: key.slice(0, -1), isOptional: true } : { name: key, isOptional: false };
}
