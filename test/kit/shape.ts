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

/** One dialect's bodies. */
export interface DialectShapes {
  /** The SDK and its version. */
  readonly from: string;
  readonly request: Shape;
  readonly answer: Shape;
  readonly event: Shape;
  readonly types: Readonly<Record<string, Shape>>;
}
