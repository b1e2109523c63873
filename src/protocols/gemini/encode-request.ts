import { freeformNames } from '../shared/tools/freeform.ts';
import type { Conversation } from '../../core/conversation.ts';
import { distinct, setting, weakened } from '../../core/unsupported-feature.ts';
import { Work } from '../../core/work.ts';
import { asArray, asObject, compact, type JsonObject } from '../../lib/json.ts';
import { geminiTraits } from '../../vendors/models/gemini.ts';
import type { Addressee, EncodedRequest } from '../codec.ts';
import { JSON_INSTRUCTION } from '../shared/output/json-instructions.ts';
import { encodeWithNames, hashedName } from '../shared/tools/names.ts';
import { unsupportedTurnMembers } from '../shared/request/turn-members.ts';
import { decodeAnswer } from './decode-answer.ts';
import { GeminiStreamDecoder } from './decode-stream.ts';
import { encodeTools } from './encode-tools.ts';
import { encodeTurns } from './encode-turns.ts';
import { unsupportedMediaMemberFor } from './media-resolution.ts';
import { answerTool, formFor } from './output.ts';
import { encodeSettings } from './settings.ts';

/** Writes a GenerateContentRequest. */
export function encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest {
  return encodeWithNames(conversation, toolName, (named) => encode(named, addressee));
}

/** A function name in the form that Google takes: it begins with a letter or `_`. */
function toolName(name: string): string {
  if (/^[a-zA-Z_][\w.:-]{0,127}$/.test(name)) return name;
  return hashedName(/^[a-zA-Z_]/.test(name) ? name : `_${name}`, /[^\w.:-]/g, 128);
}

function encode(conversation: Conversation, addressee: Addressee): EncodedRequest {
  const { model, quirks, work = new Work() } = addressee;
  const form = formFor(conversation, model);
  const turns = encodeTurns(conversation, model, work);
  const takesIds = quirks.callIds !== false || geminiTraits(model).isThirdOrLater;
  const contents = takesIds ? turns.contents : turns.contents.map(withoutIds);
  const answer = form === 'tool' ? answerTool(conversation, work) : undefined;
  const tools = encodeTools(form === 'no functions' ? withoutFunctions(conversation) : conversation, answer, work);
  const config = encodeSettings(conversation, {
    model,
    work,
    withOutput: form === 'config' || form === 'no functions',
  });
  const system = systemOf(conversation, form === 'words' ? JSON_INSTRUCTION : undefined);
  const reading = { model, freeform: freeformNames(conversation.tools), answerTool: answer?.name };
  return {
    body: compact({
      // Contents must not be empty. A system instruction alone is a question, too.
      contents: contents.length === 0 ? [{ role: 'user', ...(system ?? { parts: [{ text: '' }] }) }] : contents,
      systemInstruction: contents.length === 0 ? undefined : system,
      tools: tools.tools,
      toolConfig: tools.toolConfig,
      generationConfig: config.config,
    }),
    unsupported: distinct([
      ...turns.unsupported,
      ...unsupportedTurnMembers(conversation.turns, unsupportedMediaMemberFor(model)),
      ...tools.unsupported,
      ...config.unsupported,
      ...(form === 'words' ? [weakened(setting('output'))] : []),
    ]),
    decodeAnswer: (body, work) => decodeAnswer(body, reading, work),
    decodeStream: (work) => new GeminiStreamDecoder(reading, work),
  };
}

/** Removes the ids: calls and results then match by name and order. */
function withoutIds(content: JsonObject): JsonObject {
  const parts = asArray(content['parts']).map((value) => {
    const part = asObject(value) ?? {};
    const [call, response] = [asObject(part['functionCall']), asObject(part['functionResponse'])];
    if (call !== undefined) return { ...part, functionCall: { ...call, id: undefined } };
    return response === undefined ? part : { ...part, functionResponse: { ...response, id: undefined } };
  });
  return { ...content, parts };
}

function withoutFunctions(conversation: Conversation): Conversation {
  return { ...conversation, tools: conversation.tools.filter(({ type }) => type === 'native') };
}

/** The system texts; those from later in the conversation come last, because no other place can hold them. */
function systemOf({ system, turns }: Conversation, note: string | undefined): JsonObject | undefined {
  const later = turns.filter(({ role }) => role === 'system').flatMap(({ parts }) => parts);
  const texts = [...system, ...later].flatMap((part) => (part.type === 'text' && part.text !== '' ? [part.text] : []));
  if (note !== undefined) texts.push(note);
  return texts.length === 0 ? undefined : { parts: texts.map((text) => ({ text })) };
}
