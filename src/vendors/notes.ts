/**
 * What is known of a vendor's API beyond its row: for docs/vendors.md, in words, each with its source. Nothing at run
 * time reads it.
 */
export interface VendorNotes {
  /** The row that it is about. */
  readonly vendor: string;
  /** Which of its APIs requests of other dialects are translated to, and for which models another. */
  readonly upstream: Note;
  /** How thinking is turned on, off and measured, and in which words. */
  readonly thinking: Note;
  /** Whether former thoughts must, may or must not come back. */
  readonly thoughtsBack: Note;
  /** Which settings it refuses or ignores, and when. */
  readonly refuses: Note;
  /** Whether a tool can be demanded, and when. */
  readonly forcedTools: Note;
  /** Strict schemas of tools, and structured output. */
  readonly strictSchemas: Note;
  /** How many stop words it takes. */
  readonly stopWords: Note;
  readonly contextTooLong: Note;
  readonly quotaGone: Note;
  readonly overloaded: Note;
  /** Where token counts stand. */
  readonly usage: Note;
  /** What an error in a 200, or in a stream, looks like. */
  readonly errorInSuccess: Note;
}

/** A statement, and where it comes from. `undefined` in place of sources: nothing was found, and the text says so. */
export interface Note {
  readonly text: string;
  readonly sources?: readonly Source[] | undefined;
}

/** A documentation page or a public report. */
export interface Source {
  readonly url: string;
  /** The page's own date, or the day on which it was read: `2026-11-29`. */
  readonly date: string;
}
