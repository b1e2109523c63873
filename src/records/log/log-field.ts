/** One field of a log line, as documentation tells it. */
export interface LogField {
  readonly name: string;
  /** A `time` is text as ISO 8601 in UTC. */
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'time' | 'list' | 'object';
  /** `USD` are counted in nano-USD and written in USD. */
  readonly unit?: 'ms' | 'bytes' | 'tokens' | 'USD';
  readonly meaning: string;
  /** When its value is null; undefined: never. */
  readonly nullWhen?: string;
  /** When the line is without it; undefined: never. */
  readonly absentWhen?: string;
}

/** A field of a record: what is documented of it, and what is written. */
export interface RecordField<R> extends LogField {
  /** Its value; undefined where it is unknown: written as null if the field has `nullWhen`, else left out. */
  readonly of: (record: R) => unknown;
  /** Why no client, backend or config can put text into it. Whatever does not say so is looked through for secrets. */
  readonly trusted?: string;
  /** What the console for people makes of it. */
  readonly console: OnConsole<R>;
  /** Requests that follow each other often have the same value: it is written out only when it changes. */
  readonly isShared?: true;
}

/** Where the console for people has a field. What is not trusted is escaped there, whatever it stands in. */
export type OnConsole<R> =
  /** In a column of its own behind the headline, in the order of these numbers; a record without a text has none. */
  | { readonly column: number; readonly text: (record: R) => string | undefined }
  /** In something that is put together of several fields (`request-text.ts`, `attempts-text.ts`, `units-text.ts`). */
  | { readonly partOf: 'headline' | 'tokens' | 'attempts' }
  | { readonly leftOut: string };
