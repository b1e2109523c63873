/** One field of a log line, as documentation tells it. */
export interface LogField {
  readonly name: string;
  /** A `time` is text as ISO 8601 in UTC. */
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'time' | 'list' | 'object';
  readonly unit?: 'ms' | 'bytes' | 'tokens';
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
  /** Requests that follow each other often have the same value: it is written out only when it changes. */
  readonly isShared?: true;
}
