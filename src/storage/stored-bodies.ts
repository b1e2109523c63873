/** The bodies of one exchange, as a database has them. */
export interface StoredBodies {
  /** That of the exchange's row: a UUIDv7, which tells the day. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** How `document` was made of JSON. */
  readonly form: string;
  readonly document: string;
}
