import { groupTurns } from '../shared/request/turn-groups.ts';
import { unsupportedNativePart, unsupportedNativeParts } from '../shared/request/native-parts.ts';
import type { Conversation, Turn } from '../../core/conversation.ts';
import type { Part, Signature, ToolCallPart, ToolResultPart } from '../../core/part.ts';
import { isReadableBy } from '../../core/signature.ts';
import type { UnsupportedFeature } from '../../core/unsupported-feature.ts';
import type { Work } from '../../core/work.ts';
import { asArray, asObject, type JsonObject } from '../../lib/json.ts';
import { CONTINUE, EMPTY_USER_TEXT } from '../shared/texts/placeholders.ts';
import { inputOf } from './call-input.ts';
import { geminiTraits } from '../../vendors/models/gemini.ts';
import { encodeMedia } from './media.ts';
import { resolutionFor } from './media-resolution.ts';
import { encodeResult } from './results.ts';
import { NAME } from './name.ts';
import { SKIP } from './signatures.ts';

/** The turns as `contents`, and the parts that the API does not know. */
export interface Contents {
  readonly contents: readonly JsonObject[];
  readonly unsupported: readonly UnsupportedFeature[];
}

/**
 * Writes the turns for `model`. Turns of one role that follow each other become one. Tool results stand in a content of
 * their own right after the calls, as the API demands.
 */
export function encodeTurns({ turns }: Conversation, model: string, work: Work): Contents {
  const writer = new ContentsWriter(model, work);
  for (const turn of merged(turns)) writer.add(turn);
  writer.end();
  for (const { role, parts } of turns) if (role === 'system') writer.name(parts);
  return { contents: writer.contents, unsupported: writer.unsupported };
}

function merged(turns: readonly Turn[]): Turn[] {
  const others = turns.filter(({ role }) => role !== 'system');
  return groupTurns(others, (first, turn) => first.role === turn.role).map((group) =>
    group.length === 1 ? group[0] : { ...group[0], parts: group.flatMap(({ parts }) => parts) },
  );
}

class ContentsWriter {
  readonly contents: JsonObject[] = [];
  readonly unsupported: UnsupportedFeature[] = [];
  /** The names of the called functions, by call id. */
  readonly #names = new Map<string, string>();
  readonly #isThird: boolean;

  constructor(
    private readonly model: string,
    private readonly work: Work,
  ) {
    this.#isThird = geminiTraits(model).isThirdOrLater;
  }

  add({ role, parts }: Turn): void {
    if (role === 'assistant') this.#push('model', this.#said(parts));
    else this.#addUser(parts);
  }

  /** Reports parts of system turns that are not text. The text goes into the system instruction. */
  name(parts: readonly Part[]): void {
    for (const each of unsupportedNativeParts(parts)) this.unsupported.push(each);
  }

  /**
   * A client whose answer was cut off sends back what it got (Codex does) and expects the model to continue. Thoughts
   * alone cannot be continued.
   */
  end(): void {
    const { contents } = this;
    // A content of the model, above all one with calls, must follow one of the user.
    if (contents[0]?.['role'] === 'model') contents.unshift({ role: 'user', parts: [{ text: EMPTY_USER_TEXT }] });
    const parts = asArray(contents.at(-1)?.['role'] === 'model' ? contents.at(-1)?.['parts'] : undefined);
    if (parts.length === 0) return;
    if (contents.length > 1 && parts.every((part) => asObject(part)?.['thought'] === true)) contents.pop();
    else if (!geminiTraits(this.model).takesModelLast) contents.push({ role: 'user', parts: [{ text: CONTINUE }] });
  }

  #addUser(parts: readonly Part[]): void {
    const results = parts.filter((part): part is ToolResultPart => part.type === 'tool_result');
    const written = results.map((result) =>
      encodeResult(result, result.name ?? this.#names.get(result.callId) ?? result.callId, this.#isThird),
    );
    this.#push(
      'user',
      written.map(({ part }) => part),
    );
    const others = this.#said(parts.filter((part) => part.type !== 'tool_result'));
    this.#push('user', [...written.flatMap(({ after }) => after), ...others], results.length > 0);
  }

  /** An empty turn becomes an empty text: the API refuses contents without parts. */
  #push(role: 'user' | 'model', parts: readonly JsonObject[], mayBeLeftOut = role === 'model'): void {
    const said = parts.filter((part) => part['text'] !== '' || part['thoughtSignature'] !== undefined);
    if (said.length > 0) this.contents.push({ role, parts: said });
    else if (!mayBeLeftOut && parts.length > 0) this.contents.push({ role, parts: parts.slice(0, 1) });
  }

  #said(parts: readonly Part[]): JsonObject[] {
    let isFirstCall = true;
    return parts.flatMap((part): JsonObject[] => {
      switch (part.type) {
        case 'text':
          return [{ text: part.text, ...this.#signed(part.signature) }];
        case 'refusal':
          return [{ text: part.text }];
        case 'reasoning':
          return this.#thought(part.text, part.signature);
        case 'media':
          return [{ ...encodeMedia(part), ...resolutionFor(part, this.model) }];
        case 'tool_call': {
          const call = this.#call(part, isFirstCall);
          isFirstCall = false;
          return [call];
        }
        case 'native':
          if (part.protocol === NAME) return [part.value as JsonObject];
          this.unsupported.push(unsupportedNativePart(part));
          return [];
        case 'tool_result':
          return [];
      }
    });
  }

  /** Thoughts of another model do not go back. */
  #thought(text: string, signature: Signature | undefined): JsonObject[] {
    const signed = this.#signed(signature);
    return signed.thoughtSignature === undefined ? [] : [{ text, thought: true, ...signed }];
  }

  /** Of parallel calls the first carries the signature. */
  #call({ id, name, arguments: text, freeform, signature }: ToolCallPart, isFirst: boolean): JsonObject {
    this.#names.set(id, name);
    if (freeform !== true) this.work.takeJson(text, `the arguments of ${name}`);
    const args = inputOf(text, freeform);
    const signed = this.#signed(signature);
    const placeholder = isFirst && this.#isThird && signed.thoughtSignature === undefined;
    return { functionCall: { id, name, args }, ...(placeholder ? { thoughtSignature: SKIP } : signed) };
  }

  #signed(signature: Signature | undefined): { readonly thoughtSignature?: string } {
    return signature !== undefined && isReadableBy(signature, NAME, this.model)
      ? { thoughtSignature: signature.value }
      : {};
  }
}
