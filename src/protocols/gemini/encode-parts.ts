import type { NativePart, Part, Signature, ToolCallPart } from '../../core/part.ts';
import type { ReasoningTraits } from '../../core/signature.ts';
import type { JsonObject } from '../../lib/json.ts';
import { parseExactly } from '../../lib/exact-json.ts';
import { mediaPart } from './media.ts';
import { NAME, UNSIGNED, writtenSignature } from './signatures.ts';

/** Writes the parts of an answer; those that only another dialect knows are left out. */
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
        // Only its own provider knows what a file's name stands for.
        return part.source.from === 'file' && part.source.protocol !== NAME ? undefined : mediaPart(part);
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
    const args =
      freeform === true ? { input: text } : (parseExactly(text) ?? (text.trim() === '' ? {} : { input: text }));
    // Models want a signature with the first call of a turn, and the next turn may go to one of them.
    const unsigned = isFirst ? { thoughtSignature: UNSIGNED } : {};
    return { functionCall: { id, name, args }, ...(signature === undefined ? unsigned : signed(signature)) };
  }
}

export function signed(
  signature: Signature | undefined,
  traits?: ReasoningTraits,
): { readonly thoughtSignature?: string } {
  return signature === undefined ? {} : { thoughtSignature: writtenSignature(signature, traits) };
}

function nativePart({ protocol, value }: NativePart): JsonObject | undefined {
  return protocol === NAME ? (value as JsonObject) : undefined;
}
