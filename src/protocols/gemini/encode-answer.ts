import type { Completion } from '../../core/completion.ts';
import type { NativePart, Part, Signature, ToolCallPart } from '../../core/part.ts';
import type { ReasoningTraits } from '../../core/signature.ts';
import { compact, type JsonObject } from '../../lib/json.ts';
import type { Reply } from '../codec.ts';
import { withBreaks } from '../shared/texts/breaks.ts';
import { encodeCitations } from './citations.ts';
import { inputOf } from './call-input.ts';
import { encodeFinish } from './finish.ts';
import { encodeLogprobs } from './logprobs.ts';
import { encodeMedia } from './media.ts';
import { NAME } from './name.ts';
import { UNSIGNED, writtenSignature } from './signatures.ts';
import { writeUsage } from './usage.ts';

/** Writes a GenerateContentResponse. */
export function encodeAnswer(completion: Completion, reply: Reply): JsonObject {
  const { finish, logprobs, usage } = completion;
  const writer = new AnswerParts();
  const written = withBreaks(completion.parts).flatMap((part) => {
    const value = writer.write(part);
    return value === undefined ? [] : [{ part, value }];
  });
  const cited = written.flatMap(({ part }, partIndex) =>
    part.type === 'text' && part.citations !== undefined
      ? [{ text: part.text, partIndex, citations: part.citations }]
      : [],
  );
  const parts = written.map(({ value }) => value);
  return compact({
    candidates: [
      compact({
        content: { ...(parts.length === 0 ? {} : { parts }), role: 'model' },
        finishReason: encodeFinish(finish),
        index: 0,
        groundingMetadata: encodeCitations(cited),
        logprobsResult: logprobs === undefined ? undefined : encodeLogprobs(logprobs),
      }),
    ],
    usageMetadata: usage === undefined ? undefined : writeUsage(usage),
    modelVersion: completion.model ?? reply.model,
    responseId: completion.id ?? reply.id,
  });
}

/** Writes the parts of an answer. Parts that only another dialect knows are left out. */
export class AnswerParts {
  #hasCall = false;

  write(part: Part): JsonObject | undefined {
    switch (part.type) {
      case 'text':
        return { text: part.text, ...signed(part.signature) };
      case 'refusal':
        return { text: part.text };
      case 'reasoning':
        return { text: part.text, thought: true, ...signed(part.signature, part) };
      case 'media':
        // Only its own provider knows the file.
        return part.source.from === 'file' && part.source.protocol !== NAME ? undefined : encodeMedia(part);
      case 'native':
        return nativePart(part);
      case 'tool_call':
        return this.#call(part);
      case 'tool_result':
        return undefined;
    }
  }

  #call({ id, name, arguments: text, freeform, signature }: ToolCallPart): JsonObject {
    const isFirst = !this.#hasCall;
    this.#hasCall = true;
    const args = inputOf(text, freeform);
    // Models want a signature with the first call of a turn, and one of them may get the next turn.
    const unsigned = isFirst ? { thoughtSignature: UNSIGNED } : {};
    return { functionCall: { id, name, args }, ...(signature === undefined ? unsigned : signed(signature)) };
  }
}

/** The member with the signature, for a part of an answer. */
export function signed(
  signature: Signature | undefined,
  traits?: ReasoningTraits,
): { readonly thoughtSignature?: string } {
  return signature === undefined ? {} : { thoughtSignature: writtenSignature(signature, traits) };
}

function nativePart({ protocol, value }: NativePart): JsonObject | undefined {
  return protocol === NAME ? (value as JsonObject) : undefined;
}
