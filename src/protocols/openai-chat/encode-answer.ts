import type { Completion } from '../../core/completion.ts';
import type { Part, ReasoningPart, TextPart, ToolCallPart } from '../../core/part.ts';
import { asArray, asObject, compact, type JsonObject } from '../../lib/json.ts';
import type { Reply } from '../codec.ts';
import { mediaUrlOf } from '../shared/media/source.ts';
import { withBreaks } from '../shared/texts/breaks.ts';
import { extraContent } from './calls.ts';
import { encodeCitation } from './citations.ts';
import { encodeFinish } from './finish.ts';
import { encodeLogprobs } from './logprobs.ts';
import { encodeDetail, encodeTextSignature } from './reasoning-details.ts';
import { writeUsage } from './usage.ts';

/** Writes a `chat.completion`. */
export function encodeAnswer(completion: Completion, reply: Reply): JsonObject {
  const { finish, usage, logprobs } = completion;
  const parts = withBreaks(completion.parts);
  const said = {
    calls: parts.some(({ type }) => type === 'tool_call'),
    refusal: parts.some((part) => part.type === 'refusal' && part.text !== ''),
  };
  const isLegacy = said.calls && hasFunctions(reply);
  const reason = encodeFinish(finish, said);
  const head = headOf(completion, reply);
  return {
    ...head,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: encodeMessage(parts, head, isLegacy),
        logprobs: logprobs === undefined ? null : encodeLogprobs(logprobs),
        finish_reason: isLegacy && reason === 'tool_calls' ? 'function_call' : reason,
      },
    ],
    ...(usage === undefined ? {} : { usage: writeUsage(usage) }),
  };
}

/** The common beginning of an answer and of each chunk. */
export interface Head {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
}

/** Fills in what the upstream left out. */
export function headOf(
  { id, model, createdAt }: Pick<Completion, 'id' | 'model'> & { readonly createdAt?: number | undefined },
  reply: Reply,
): Head {
  return {
    id: id ?? `chatcmpl-${reply.id}`,
    created: Math.floor(createdAt ?? reply.now / 1000),
    model: model ?? reply.model,
  };
}

/** Whether the request's tools were legacy `functions`. */
export function hasFunctions({ conversation }: Reply): boolean {
  return asObject(conversation.own)?.['hasFunctions'] === true;
}

/** Writes a call: the whole of it, or its beginning. */
export function encodeAnswerCall({ id, name, arguments: args, freeform, signature }: ToolCallPart): JsonObject {
  const extra = signature === undefined ? {} : { extra_content: extraContent(signature) };
  return freeform === true
    ? { id, type: 'custom', custom: { name, input: args }, ...extra }
    : { id, type: 'function', function: { name, arguments: args }, ...extra };
}

/** Writes media that a model made, as OpenRouter's `images` and OpenAI's `audio`. Video has no place. */
export function encodeShown(part: Part, head: Head): JsonObject | undefined {
  if (part.type !== 'media') return undefined;
  const url = mediaUrlOf(part.source);
  if (part.kind === 'image' && url !== undefined)
    return { images: [{ type: 'image_url', image_url: { url }, index: 0 }] };
  if (part.kind !== 'audio' || part.source.from !== 'base64') return undefined;
  return {
    audio: { id: `audio-${head.id}`, data: part.source.data, expires_at: head.created + AUDIO_S, transcript: '' },
  };
}

/** Nobody keeps the audio for a later turn. OpenAI keeps it for an hour. */
const AUDIO_S = 3600;

function encodeMessage(parts: readonly Part[], head: Head, isLegacy: boolean): JsonObject {
  const texts = parts.filter((part) => part.type === 'text');
  const calls = parts.filter((part) => part.type === 'tool_call');
  const refusal = wordsOf(parts.filter((part) => part.type === 'refusal'));
  const thoughts = parts.filter((part) => part.type === 'reasoning');
  const content = wordsOf(texts);
  return compact({
    role: 'assistant',
    content: content === '' && (calls.length > 0 || refusal !== '') ? null : content,
    refusal: refusal === '' ? null : refusal,
    reasoning_content: wordsOf(thoughts) || undefined,
    reasoning_details: detailsOf(thoughts, texts),
    annotations: annotationsOf(texts),
    ...shownOf(parts, head),
    ...callsOf(calls, isLegacy),
  });
}

function callsOf(calls: readonly ToolCallPart[], isLegacy: boolean): JsonObject {
  const [first] = calls;
  if (first === undefined) return {};
  // The legacy field holds one call. Those clients ask again for the next.
  return isLegacy
    ? { function_call: { name: first.name, arguments: first.arguments } }
    : { tool_calls: calls.map(encodeAnswerCall) };
}

function detailsOf(thoughts: readonly ReasoningPart[], texts: readonly TextPart[]): JsonObject[] | undefined {
  const details: JsonObject[] = [];
  for (const part of thoughts) {
    const detail = encodeDetail(part, details.length);
    if (detail !== undefined) details.push(detail);
  }
  const signature = texts.findLast((text) => text.signature !== undefined)?.signature;
  if (signature !== undefined) details.push(encodeTextSignature(signature, details.length));
  return details.length === 0 ? undefined : details;
}

function annotationsOf(texts: readonly TextPart[]): JsonObject[] | undefined {
  const annotations: JsonObject[] = [];
  let start = 0;
  for (const { text, citations = [] } of texts) {
    const end = start + text.length;
    for (const citation of citations) {
      const annotation = encodeCitation(citation, { start, end });
      if (annotation !== undefined) annotations.push(annotation);
    }
    start = end;
  }
  return annotations.length === 0 ? undefined : annotations;
}

function shownOf(parts: readonly Part[], head: Head): JsonObject {
  const shown = parts.map((part) => encodeShown(part, head)).filter((each) => each !== undefined);
  const images = shown.flatMap((each) => asArray(each['images']) as JsonObject[]);
  const audio = shown.findLast((each) => each['audio'] !== undefined);
  return {
    ...(images.length === 0 ? {} : { images: images.map((image, index) => ({ ...image, index })) }),
    ...audio,
  };
}

function wordsOf(parts: readonly { readonly text: string }[]): string {
  return parts.map(({ text }) => text).join('');
}
