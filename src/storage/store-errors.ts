/** Why the database cannot be used: each has a remedy of its own. */
export type UnavailableReason =
  'unreachable' | 'locked' | 'full' | 'read_only' | 'corrupt' | 'newer_schema' | 'older_schema' | 'refused';

/** The database cannot be used now; nothing was changed. Its message says what is wrong, where, and what to do. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  constructor(
    readonly reason: UnavailableReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a change came up against: the id, name or hash is taken; another version is in force; there is no such thing. */
export type ConflictReason = 'taken' | 'version' | 'absent';

/** The change was not made, for others were there first. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict';

  constructor(
    readonly reason: ConflictReason,
    message: string,
  ) {
    super(message);
  }
}
