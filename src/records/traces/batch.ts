import type { Attribute, Span } from './span.ts';

/** Spans that are sent together, and who says so. */
export interface Batch {
  readonly resource: readonly Attribute[];
  readonly scope: { readonly name: string; readonly version: string };
  /** The version of the conventions. */
  readonly schemaUrl: string;
  readonly spans: readonly Span[];
}

const SAMPLED = 0x1;
const KNOWS_WHETHER_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** `flags` of a span in OTLP: what is sent is sampled, and it is known whether its parent is in another process. */
export function flagsOf({ isParentRemote }: Span): number {
  return SAMPLED | KNOWS_WHETHER_REMOTE | (isParentRemote ? IS_REMOTE : 0);
}
