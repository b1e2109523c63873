import type { Finish, Logprob } from './completion.ts';
import type { Citation, MediaPart, NativePart, Signature } from './part.ts';
import type { Usage } from './record.ts';

/**
 * One event of a streamed answer in neutral form. A stream is: `start`; parts, each `part_start`, any number of
 * `delta`, `citation`, `signature`, and `part_end`, or all of it at once as `whole`; `usage` at any time, the last one
 * counts; `finish`.
 * ⏎ Parts are numbered from 0 in the order of their start. Only tool calls may overlap (see `inSequence`).
 */
export type AnswerEvent =
  | StartEvent
  | PartStartEvent
  | DeltaEvent
  | CitationEvent
  | SignatureEvent
  | PartEndEvent
  | WholeEvent
  | LogprobsEvent
  | UsageEvent
  | FinishEvent;

/** The answer begins. */
export interface StartEvent {
  readonly type: 'start';
  /** The upstream's id of the answer; undefined if it has none. */
  readonly id: string | undefined;
  /** The model's name at the upstream. */
  readonly model: string | undefined;
  /** Seconds since the epoch. */
  readonly createdAt?: number | undefined;
}

/** A part begins. */
export type PartStartEvent = { readonly type: 'part_start'; readonly index: number } & PartHead;

/** What is known of a part at its beginning. */
export type PartHead =
  | { readonly part: 'text' | 'refusal'; readonly ownMessage?: boolean | undefined }
  | { readonly part: 'reasoning'; readonly id?: string | undefined; readonly redacted?: boolean | undefined }
  | {
      readonly part: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly freeform?: boolean | undefined;
    };

/** A piece of a part: text, thoughts, or a fragment of a call's arguments. Never empty. */
export interface DeltaEvent {
  readonly type: 'delta';
  readonly index: number;
  readonly text: string;
}

/** A source of a text or of a piece of it. */
export interface CitationEvent {
  readonly type: 'citation';
  readonly index: number;
  readonly citation: Citation;
}

/** The whole signature of a part. It comes before `part_end`; for a call, right after `part_start`. */
export interface SignatureEvent {
  readonly type: 'signature';
  readonly index: number;
  readonly signature: Signature;
}

/** The part is complete. */
export interface PartEndEvent {
  readonly type: 'part_end';
  readonly index: number;
}

/** A part that does not come in pieces. */
export interface WholeEvent {
  readonly type: 'whole';
  readonly index: number;
  readonly part: MediaPart | NativePart;
}

/** The probabilities of the text's tokens. */
export interface LogprobsEvent {
  readonly type: 'logprobs';
  readonly logprobs: readonly Logprob[];
}

/** Token counts so far. */
export interface UsageEvent {
  readonly type: 'usage';
  readonly usage: Usage;
}

/** The answer is complete. Only `usage` may follow. */
export interface FinishEvent {
  readonly type: 'finish';
  readonly finish: Finish;
}
