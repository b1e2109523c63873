/**
 * Facts about a vendor's API beyond its row, as text with sources, for docs/vendors.md. Nothing reads them at run time.
 */
export interface VendorNotes {
  /** The row that the notes belong to. */
  readonly vendor: string;
  /** Which of its APIs gets translated requests, and the models with another one. */
  readonly upstream: Note;
  /** How to turn thinking on and off, and how to set its amount. */
  readonly thinking: Note;
  /** Whether earlier thoughts must, may or must not come back. */
  readonly thoughtsBack: Note;
  /** Which settings it refuses or ignores, and when. */
  readonly refuses: Note;
  /** Whether a request can force a tool, and when. */
  readonly forcedTools: Note;
  /** Strict tool schemas, and structured output. */
  readonly strictSchemas: Note;
  /** How many stop sequences it takes. */
  readonly stopWords: Note;
  readonly contextTooLong: Note;
  readonly quotaGone: Note;
  readonly overloaded: Note;
  /** Where it reports token counts. */
  readonly usage: Note;
  /** The form of an error in a 200, or in a stream. */
  readonly errorInSuccess: Note;
}

/** A statement and its sources. `undefined` in place of sources: none were found, and the text says so. */
export interface Note {
  readonly text: string;
  readonly sources?: readonly Source[] | undefined;
}

/** A documentation page or a public report. */
export interface Source {
  readonly url: string;
  /** The page's own date, or the day when it was read: `2026-11-29`. */
  readonly date: string;
}
