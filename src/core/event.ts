import type { Finish, Logprob } from './completion.ts';
import type { Citation, MediaPart, NativePart, Signature } from './part.ts';
import type { Usage } from './record.ts';

/**
 * One step of a streamed answer in neutral form. A stream is: `start`; parts, each `part_start`, any number of
 * `delta`, `citation`, `signature`, and `part_end`, or all of it at once as `whole`; `usage` wherever it is known,
 * the last one counting; `finish`; or `error` instead of what is left.
 *
 * Parts are numbered from 0 in the order of their start. Only tool calls may overlap (see `inSequence`).
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
  /** The upstream's own id of the answer; undefined if it has none. */
  readonly id: string | undefined;
  /** The model as the upstream calls it. */
  readonly model: string | undefined;
  /** Seconds since the epoch. */
  readonly createdAt?: number | undefined;
}

/** A part begins. */
export type PartStartEvent = { readonly type: 'part_start'; readonly index: number } & PartHead;

/** What is known of a part when it begins. */
export type PartHead =
  | { readonly part: 'text' | 'refusal'; readonly ownMessage?: boolean | undefined }
  | { readonly part: 'reasoning'; readonly id?: string | undefined; readonly redacted?: boolean | undefined }
  | {
      readonly part: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly freeform?: boolean | undefined;
    };

/** More of a part: words, thoughts, or a fragment of a call's arguments. Never empty. */
export interface DeltaEvent {
  readonly type: 'delta';
  readonly index: number;
  readonly text: string;
}

/** What a text, or a piece of it, refers to. */
export interface CitationEvent {
  readonly type: 'citation';
  readonly index: number;
  readonly citation: Citation;
}

/** The part's signature, whole. Comes before its `part_end`; of a call that is signed, right after its `part_start`. */
export interface SignatureEvent {
  readonly type: 'signature';
  readonly index: number;
  readonly signature: Signature;
}

/** All of the part has come. */
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

/** Probabilities of tokens of the text. */
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
