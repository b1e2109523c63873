import type { Completion } from '../../core/completion.ts';
import type { MediaPart, Part, TextPart } from '../../core/part.ts';
import {
  asArray,
  asCount,
  asId,
  asIndex,
  asList,
  asObject,
  asString,
  asWord,
  type JsonObject,
} from '../../lib/json.ts';
import { MalformedAnswer } from '../codec.ts';
import { generatedId } from '../shared/tools/generated-id.ts';
import { readText } from '../shared/texts/read.ts';
import { decodeCall } from './calls.ts';
import { decodeCitations } from './citations.ts';
import { decodeFinish } from './finish.ts';
import { decodeLogprobs } from './logprobs.ts';
import { decodeImage, thinkingText } from './decode-parts.ts';
import { decodeDetails, withThought } from './reasoning-details.ts';
import { readUsage } from './usage.ts';

/** What is needed to read an answer. */
export interface Reading {
  /** The model of the request. */
  readonly model: string;
  /** The freeform tools that had to become functions. */
  readonly wrapped: ReadonlySet<string>;
}

/** Reads a `chat.completion`. Only the first of several choices counts. */
export function decodeAnswer(body: unknown, reading: Reading): Completion {
  const answer = asObject(body);
  const choice = asObject(asList(answer?.['choices'])[0]);
  const message = messageOf(choice);
  if (answer === undefined || choice === undefined || message === undefined)
    throw new MalformedAnswer('an answer without `choices[0].message`');
  const parts = decodeMessage(message, reading);
  const said = {
    calls: parts.some(({ type }) => type === 'tool_call'),
    refusal: parts.some(({ type }) => type === 'refusal'),
  };
  const logprobs = decodeLogprobs(choice['logprobs']);
  return {
    id: asId(answer['id']),
    model: asWord(answer['model']),
    createdAt: createdIn(answer['created']),
    parts,
    finish: decodeFinish(choice['finish_reason'], said),
    usage: readUsage(answer),
    ...(logprobs === undefined ? {} : { logprobs }),
  };
}

/** The message. Some vendors send its text alone. */
function messageOf(choice: JsonObject | undefined): JsonObject | undefined {
  const said = choice?.['message'] ?? choice?.['delta'] ?? choice?.['text'];
  return typeof said === 'string' ? { content: said } : asObject(said);
}

/** When the answer was made, in seconds. Some vendors quote it. */
export function createdIn(value: unknown): number | undefined {
  return asIndex(value) ?? asCount(value);
}

function decodeMessage(message: JsonObject, reading: Reading): Part[] {
  const { parts: details } = decodeDetails(message['reasoning_details'], reading.model);
  const refusal = asWord(message['refusal']);
  return [
    ...withThought(details, message),
    ...withCitations(decodeParts(message['content']), message),
    ...(refusal === undefined ? [] : [{ type: 'refusal', text: refusal } as const]),
    ...asArray(message['images']).flatMap((image) => decodeImage(asObject(image)) ?? []),
    ...decodeAudio(asObject(message['audio']), (message['content'] ?? '') === ''),
    ...callsOf(message).flatMap((call) => decodeCall(asObject(call), { ...reading, id: () => generatedId() }) ?? []),
  ];
}

/** Reads `content`: a string, or Mistral's list of texts, thoughts and references. */
function decodeParts(content: unknown): Part[] {
  if (typeof content !== 'object' || content === null) {
    const text = readText(content);
    return text === '' ? [] : [{ type: 'text', text }];
  }
  return asList(content).flatMap((value): Part[] => {
    const part = asObject(value);
    if (part?.['type'] === 'thinking') return [{ type: 'reasoning', text: thinkingText(part) }];
    const image = part?.['type'] === 'image_url' ? decodeImage(part) : undefined;
    if (image !== undefined) return [image];
    const text = part?.['type'] === 'reference' ? '' : readText(value);
    return text === '' ? [] : [{ type: 'text', text }];
  });
}

/** Annotations belong to the message; its first text gets them. */
function withCitations(parts: Part[], message: JsonObject): Part[] {
  const citations = decodeCitations(message['annotations']);
  if (citations.length === 0) return parts;
  const at = parts.findIndex(({ type }) => type === 'text');
  const text: TextPart = at === -1 ? { type: 'text', text: '' } : (parts[at] as TextPart);
  const cited = { ...text, citations };
  return at === -1 ? [...parts, cited] : parts.with(at, cited);
}

/** Audio of the answer: its transcript, unless the content has it already, and the bytes. */
function decodeAudio(audio: JsonObject | undefined, hasNoText: boolean): (TextPart | MediaPart)[] {
  const [transcript, data] = [asWord(audio?.['transcript']), asWord(audio?.['data'])];
  return [
    ...(transcript === undefined || !hasNoText ? [] : [{ type: 'text', text: transcript } as const]),
    ...(data === undefined ? [] : [audioPart(data)]),
  ];
}

/** Audio of unknown format. WAV is the format of OpenAI's examples. */
export function audioPart(data: string): MediaPart {
  return { type: 'media', kind: 'audio', source: { from: 'base64', mediaType: 'audio/wav', data } };
}

function callsOf(message: JsonObject): readonly unknown[] {
  const calls = asList(message['tool_calls']);
  const legacy = asObject(message['function_call']);
  // Some vendors send an empty one with every answer.
  return calls.length > 0 || asString(legacy?.['name']) === '' || legacy === undefined ? calls : [{ function: legacy }];
}
