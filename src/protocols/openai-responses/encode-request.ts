import type { Conversation, Settings } from '../../core/conversation.ts';
import { distinct, leftOut, required, setting, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import { wantsThinking } from '../../core/reasoning.ts';
import type { Quirks } from '../../core/route.ts';
import { takesField } from '../../core/quirks.ts';
import type { Part, TextPart } from '../../core/part.ts';
import { Work } from '../../core/work.ts';
import { asArray, asObject, compact, type JsonObject } from '../../lib/json.ts';
import type { Addressee, EncodedRequest } from '../codec.ts';
import { forbidsThinking, refuseThinking, withToolChoiceFor } from '../shared/tools/choice.ts';
import { factsOf } from '../../vendors/models/facts.ts';
import { foreignTools } from '../shared/tools/foreign.ts';
import { refuseImages } from '../shared/media/images.ts';
import { encodeWithNames, plainName } from '../shared/tools/names.ts';
import { unsupportedTurnMembers } from '../shared/request/turn-members.ts';
import { decodeAnswer } from './decode-answer.ts';
import { ResponsesStreamDecoder } from './decode-stream.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { unsupportedMediaMember } from './encode-parts.ts';
import { encodeTurns } from './encode-turns.ts';
import { NAME } from './name.ts';
import { askOutput, type AskedOutput } from './output.ts';
import { encodeReasoning } from './reasoning.ts';
import { encodeSettings } from './settings.ts';

/** Writes a request that keeps nothing at the provider: it holds the whole conversation. */
export function encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest {
  return encodeWithNames(withToolChoiceFor(conversation, addressee.quirks), toolName, (named) =>
    encode(named, addressee),
  );
}

/** A tool name in the form that this API takes. */
function toolName(name: string): string {
  return plainName(name, 128);
}

function encode(asked: Conversation, addressee: Addressee): EncodedRequest {
  const { model, quirks, work = new Work() } = addressee;
  refuseImages(asked, quirks);
  const conversation = quirks.systemFirst === true ? systemInFront(asked) : asked;
  const { input, unsupported } = encodeTurns(conversation, addressee, work);
  const ofTools: UnsupportedFeature[] = [];
  const tools = encodeTools(conversation.tools, ofTools);
  const output = askOutput(conversation);
  const isUnthinking = forbidsThinking(conversation, quirks);
  const reasoning = encodeReasoning(isUnthinking ? { enabled: false } : conversation.reasoning, addressee);
  if (isUnthinking) refuseThinking(reasoning.isDropped);
  const isLost = isUnthinking && wantsThinking(conversation.reasoning ?? {}) === true;
  const settings = encodeSettings(conversation.settings, { ...reasoning, maxOutput: factsOf(model).maxOutput });
  const { maxTokens = quirks.defaultMaxTokens } = conversation.settings;
  const said = withInput(conversation, [...notesOf(output), ...input]);
  const body = compact({
    model,
    ...said,
    ...(quirks.typedMessages === true ? { input: asArray(said['input']).map(typedMessage) } : {}),
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: choiceOf(conversation, tools.length),
    ...textConfigOf(conversation, output.format, quirks),
    reasoning: reasoning.value,
    ...settings.fields,
    max_output_tokens: settings.fields['max_output_tokens'] ?? maxTokens,
    ...Object.fromEntries(OPTIONAL.filter((field) => !takesField(quirks, field)).map((field) => [field, undefined])),
    store: takesField(quirks, 'store') ? false : undefined,
    stream: conversation.stream,
  });
  return {
    body,
    unsupported: distinct([
      ...settings.unsupported,
      ...(reasoning.isDropped || isLost ? [leftOut(setting('reasoning'))] : []),
      ...untaken(conversation.settings, quirks),
      ...foreignTools(conversation.tools, NAME),
      ...ofTools,
      ...output.unsupported,
      ...unsupported,
      ...unsupportedTurnMembers(conversation.turns, unsupportedMediaMember),
    ]),
    decodeAnswer: (answer, work) => decodeAnswer(answer, addressee.model, work),
    decodeStream: (work) => new ResponsesStreamDecoder(addressee.model, work),
  };
}

/** Moves the texts of system turns to the front. Other parts of these turns stay in place. */
function systemInFront(conversation: Conversation): Conversation {
  const isText = (part: Part): part is TextPart => part.type === 'text';
  const later = conversation.turns.flatMap(({ role, parts }) => (role === 'system' ? parts.filter(isText) : []));
  if (later.length === 0) return conversation;
  const turns = conversation.turns.map((turn) =>
    turn.role === 'system' ? { ...turn, parts: turn.parts.filter((part) => !isText(part)) } : turn,
  );
  return { ...conversation, system: [...conversation.system, ...later], turns };
}

/** The system texts, with a blank line between them. */
export function instructionsOf({ system }: Conversation): string | undefined {
  return system.length === 0 ? undefined : system.map(({ text }) => text).join('\n\n');
}

/** The input must not be empty. Instructions alone are a question, too. */
function withInput(conversation: Conversation, input: readonly unknown[]): JsonObject {
  const words = instructionsOf(conversation);
  if (input.length > 0) return { instructions: words, input };
  return { input: [words === undefined ? { role: 'user', content: '' } : { role: 'developer', content: words }] };
}

/** Without tools a choice means nothing, or cannot be met. */
function choiceOf(conversation: Conversation, toolCount: number): unknown {
  const choice = encodeToolChoice(conversation);
  if (toolCount > 0 || choice === undefined) return choice;
  if (choice === 'auto' || choice === 'none') return undefined;
  throw new UnsupportedFeatureError(
    required('tool_choice', 'asks for a call of a tool, and none of the tools can be offered by this backend'),
  );
}

/** Fields that are sent unless the backend is known to refuse them. */
const OPTIONAL = ['include', 'safety_identifier', 'parallel_tool_calls', 'temperature', 'top_p', 'top_logprobs'];

/** The settings that the backend is known to refuse. */
function untaken(settings: Settings, quirks: Quirks): UnsupportedFeature[] {
  const fields = Object.entries(SETTING_FIELDS) as [keyof Settings, string][];
  return fields.flatMap(([name, field]) =>
    settings[name] === undefined || takesField(quirks, field) ? [] : [leftOut(setting(name))],
  );
}

/** The fields of settings that not every backend takes. */
const SETTING_FIELDS: Readonly<Partial<Record<keyof Settings, string>>> = {
  verbosity: 'text.verbosity',
  user: 'safety_identifier',
  parallelToolCalls: 'parallel_tool_calls',
  temperature: 'temperature',
  topP: 'top_p',
};

/** At the beginning, where it stays in place from turn to turn. */
function notesOf({ note }: AskedOutput): unknown[] {
  return note === undefined ? [] : [{ role: 'developer', content: note }];
}

/** `text`, or chat's `response_format` for backends that have that instead. */
function textConfigOf({ settings }: Conversation, format: unknown, quirks: Quirks): JsonObject {
  const isInText = takesField(quirks, 'text.format');
  const text = compact({
    format: isInText ? format : undefined,
    verbosity: takesField(quirks, 'text.verbosity') ? settings.verbosity : undefined,
  });
  return {
    ...(Object.keys(text).length === 0 ? {} : { text }),
    ...(isInText || format === undefined ? {} : { response_format: responseFormat(asObject(format) ?? {}) }),
  };
}

/** The same format in chat's form. */
function responseFormat({ type, ...schema }: JsonObject): JsonObject {
  return type === 'json_schema' ? { type, json_schema: schema } : { type };
}

function typedMessage(item: unknown): unknown {
  const fields = asObject(item);
  return fields?.['role'] === undefined || fields['type'] !== undefined ? item : { type: 'message', ...fields };
}
