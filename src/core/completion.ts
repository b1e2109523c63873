import type { AnswerEvent, PartHead } from './event.ts';
import type { Citation, Part, Signature } from './part.ts';
import type { Usage } from './record.ts';

/** A whole answer in neutral form. */
export interface Completion {
  /** The upstream's id of the answer; undefined if it has none. */
  readonly id: string | undefined;
  /** The model's name at the upstream. */
  readonly model: string | undefined;
  /** Seconds since the epoch. */
  readonly createdAt: number | undefined;
  readonly parts: readonly Part[];
  readonly finish: Finish;
  readonly usage: Usage | undefined;
  readonly logprobs?: readonly Logprob[] | undefined;
}

/** Why the answer ends. */
export interface Finish {
  readonly reason: FinishReason;
  /** The upstream's own word, for dialects with the same word. */
  readonly raw: string | undefined;
  /** The stop sequence that ended the answer, if the upstream reports it. */
  readonly stopSequence?: string | undefined;
}

/**
 * `refusal`: the model refused; `content_filter`: the provider blocked the answer; `pause`: the client should send the
 * turn back to continue.
 */
export type FinishReason =
  'stop' | 'stop_sequence' | 'length' | 'tool_calls' | 'content_filter' | 'refusal' | 'pause' | 'other';

/** A token with the natural logarithm of its probability, and the most likely tokens in its place. */
export interface Logprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes?: readonly number[] | undefined;
  readonly top?: readonly Omit<Logprob, 'top'>[] | undefined;
}

/** A whole answer as the events of a stream. */
export function* unfold(completion: Completion): Generator<AnswerEvent> {
  const { id, model, createdAt, parts, finish, usage, logprobs } = completion;
  yield { type: 'start', id, model, createdAt };
  for (const [index, part] of parts.entries()) yield* unfoldPart(part, index);
  if (logprobs !== undefined) yield { type: 'logprobs', logprobs };
  if (usage !== undefined) yield { type: 'usage', usage };
  yield { type: 'finish', finish };
}

function* unfoldPart(part: Part, index: number): Generator<AnswerEvent> {
  switch (part.type) {
    case 'media':
    case 'native':
      yield { type: 'whole', index, part };
      return;
    case 'tool_result':
      throw new Error('an answer holds no results of tools');
    case 'tool_call':
      yield { type: 'part_start', index, part: 'tool_call', id: part.id, name: part.name, freeform: part.freeform };
      if (part.signature !== undefined) yield { type: 'signature', index, signature: part.signature };
      if (part.arguments !== '') yield { type: 'delta', index, text: part.arguments };
      break;
    case 'reasoning':
      yield { type: 'part_start', index, part: 'reasoning', id: part.id, redacted: part.redacted };
      yield* saidWith(part, index);
      break;
    default: {
      const { type, ownMessage } = part;
      yield { type: 'part_start', index, part: type, ...(ownMessage === undefined ? {} : { ownMessage }) };
      yield* saidWith(part, index);
    }
  }
  yield { type: 'part_end', index };
}

function* saidWith(
  part: {
    readonly text: string;
    readonly citations?: readonly Citation[] | undefined;
    readonly signature?: Signature | undefined;
  },
  index: number,
): Generator<AnswerEvent> {
  if (part.text !== '') yield { type: 'delta', index, text: part.text };
  for (const citation of part.citations ?? []) yield { type: 'citation', index, citation };
  if (part.signature !== undefined) yield { type: 'signature', index, signature: part.signature };
}

/** A part that has begun and not ended. */
interface Draft {
  readonly head: PartHead;
  text: string;
  citations: Citation[];
  signature: Signature | undefined;
}

/** Assembles the events of a stream into a whole answer. */
export class CompletionBuilder {
  #start: Extract<AnswerEvent, { type: 'start' }> | undefined;
  readonly #parts: (Draft | Part)[] = [];
  readonly #logprobs: Logprob[] = [];
  #usage: Usage | undefined;
  #finish: Finish | undefined;

  push(event: AnswerEvent): void {
    switch (event.type) {
      case 'start':
        this.#start = event;
        break;
      case 'part_start':
        this.#parts[event.index] = { head: event, text: '', citations: [], signature: undefined };
        break;
      case 'whole':
        this.#parts[event.index] = event.part;
        break;
      case 'delta':
        this.#draft(event.index).text += event.text;
        break;
      case 'citation':
        this.#draft(event.index).citations.push(event.citation);
        break;
      case 'signature':
        this.#draft(event.index).signature = event.signature;
        break;
      case 'logprobs':
        // Not spread: a large answer has more of them than a call can have arguments.
        for (const logprob of event.logprobs) this.#logprobs.push(logprob);
        break;
      case 'usage':
        this.#usage = event.usage;
        break;
      case 'finish':
        this.#finish = event.finish;
        break;
      case 'part_end':
        break;
    }
  }

  /** The answer so far. Without a `finish` the reason is `other`. */
  build(): Completion {
    return {
      id: this.#start?.id,
      model: this.#start?.model,
      createdAt: this.#start?.createdAt,
      parts: this.#parts.map((part) => ('head' in part ? partOf(part) : part)),
      finish: this.#finish ?? { reason: 'other', raw: undefined },
      usage: this.#usage,
      ...(this.#logprobs.length === 0 ? {} : { logprobs: this.#logprobs }),
    };
  }

  #draft(index: number): Draft {
    const part = this.#parts[index];
    if (part === undefined || !('head' in part)) throw new Error(`part ${index} has not begun`);
    return part;
  }
}

function partOf({ head, text, citations, signature }: Draft): Part {
  switch (head.part) {
    case 'tool_call':
      return { type: 'tool_call', id: head.id, name: head.name, arguments: text, freeform: head.freeform, signature };
    case 'reasoning':
      return { type: 'reasoning', text, signature, redacted: head.redacted, id: head.id };
    case 'text':
      return { type: 'text', text, ...(citations.length === 0 ? {} : { citations }), ...apart(head), signature };
    case 'refusal':
      return { type: 'refusal', text, ...apart(head) };
  }
}

function apart({ ownMessage }: { readonly ownMessage?: boolean | undefined }): { readonly ownMessage?: boolean } {
  return ownMessage === undefined ? {} : { ownMessage };
}
