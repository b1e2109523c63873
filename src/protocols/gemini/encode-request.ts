import type { Conversation, Settings } from '../../core/conversation.ts';
import { compact, type JsonObject } from '../../lib/json.ts';
import type { Addressee, EncodedRequest } from '../codec.ts';
import { encodeWithNames, hashedName } from '../tool-names.ts';
import { decodeAnswer } from './decode-answer.ts';
import { GeminiStreamDecoder } from './decode-stream.ts';
import { contentsOf } from './encode-contents.ts';
import { answerTool, toolsOf } from './encode-tools.ts';
import { isThirdOrLater, takesPenalties } from './family.ts';
import { thinkingConfigOf } from './reasoning.ts';
import { supportedSchema } from './schema.ts';

/** Writes a GenerateContentRequest. */
export function encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest {
  return encodeWithNames(conversation, wireName, (named) => encode(named, addressee));
}

/** A function's name begins with a letter or `_`. */
function wireName(name: string): string {
  if (/^[a-zA-Z_][\w.:-]{0,127}$/.test(name)) return name;
  return hashedName(/^[a-zA-Z_]/.test(name) ? name : `_${name}`, /[^\w.:-]/g, 128);
}

function encode(conversation: Conversation, addressee: Addressee): EncodedRequest {
  const { model } = addressee;
  const form = formFor(conversation, model);
  const { contents, dropped } = contentsOf(conversation, model);
  const answer = form === 'tool' ? answerTool(conversation) : undefined;
  const tools = toolsOf(form === 'no functions' ? withoutFunctions(conversation) : conversation, answer);
  const config = configOf(conversation, { model, withOutput: form === 'config' || form === 'no functions' });
  const system = systemOf(conversation);
  const reading = { model, freeform: freeformNames(conversation), answerTool: answer?.name };
  return {
    body: compact({
      // Somebody has to say something; a system's words alone are a question, too.
      contents: contents.length === 0 ? [{ role: 'user', ...(system ?? { parts: [{ text: '' }] }) }] : contents,
      systemInstruction: contents.length === 0 ? undefined : system,
      tools: tools.tools,
      toolConfig: tools.toolConfig,
      generationConfig: config.config,
    }),
    dropped: [...dropped, ...tools.dropped, ...config.dropped, ...(form === 'dropped' ? ['output'] : [])],
    decodeAnswer: (body) => decodeAnswer(body, reading),
    decodeStream: () => new GeminiStreamDecoder(reading),
  };
}

/**
 * How the form of the answer is asked for. Before the third generation that and functions exclude each other: the
 * answer is then the call of one function more, unless no call is allowed, or one is demanded, which has no such form.
 */
function formFor(
  { output, tools, toolChoice }: Conversation,
  model: string,
): 'config' | 'tool' | 'no functions' | 'no answer' | 'dropped' {
  if (output === undefined || isThirdOrLater(model) || tools.every(({ type }) => type === 'native')) return 'config';
  if (toolChoice?.mode === 'none') return 'no functions';
  const isForced =
    toolChoice?.mode === 'required' ||
    toolChoice?.mode === 'tool' ||
    (toolChoice?.mode === 'allowed' && toolChoice.required);
  if (isForced) return 'no answer';
  // A function for just any object is called with an empty one.
  return output.type === 'schema' ? 'tool' : 'dropped';
}

function withoutFunctions(conversation: Conversation): Conversation {
  return { ...conversation, tools: conversation.tools.filter(({ type }) => type === 'native') };
}

function freeformNames({ tools }: Conversation): ReadonlySet<string> {
  return new Set(tools.flatMap((tool) => (tool.type === 'freeform' ? [tool.name] : [])));
}

/** The system's words, those that came later in the conversation at the end: there is no other place for them. */
function systemOf({ system, turns }: Conversation): JsonObject | undefined {
  const later = turns.filter(({ role }) => role === 'system').flatMap(({ parts }) => parts);
  const texts = [...system, ...later].flatMap((part) => (part.type === 'text' && part.text !== '' ? [part.text] : []));
  return texts.length === 0 ? undefined : { parts: texts.map((text) => ({ text })) };
}

interface Config {
  readonly config: JsonObject | undefined;
  /** Neutral names. */
  readonly dropped: readonly string[];
}

/** Of stop sequences the API takes five. */
const MOST_STOPS = 5;
const MOST_SEED = 2 ** 31 - 1;

function configOf({ settings, reasoning, output }: Conversation, to: { model: string; withOutput: boolean }): Config {
  const thinking = reasoning === undefined ? undefined : thinkingConfigOf(reasoning, to.model);
  const penalties = takesPenalties(to.model);
  const { stop, seed } = settings;
  const fitsSeed = seed === undefined || (Number.isInteger(seed) && Math.abs(seed) <= MOST_SEED);
  const config = compact({
    maxOutputTokens: settings.maxTokens,
    temperature: settings.temperature,
    topP: settings.topP,
    topK: settings.topK,
    stopSequences: stop === undefined || stop.length === 0 ? undefined : stop.slice(0, MOST_STOPS),
    seed: fitsSeed ? seed : undefined,
    presencePenalty: penalties ? settings.presencePenalty : undefined,
    frequencyPenalty: penalties ? settings.frequencyPenalty : undefined,
    responseLogprobs: settings.logprobs === true ? true : undefined,
    logprobs: settings.logprobs === true && (settings.topLogprobs ?? 0) > 0 ? settings.topLogprobs : undefined,
    ...(output === undefined || !to.withOutput ? {} : { responseMimeType: 'application/json' }),
    ...(output?.type === 'schema' && to.withOutput ? { responseJsonSchema: supportedSchema(output.schema) } : {}),
    thinkingConfig: thinking?.config,
  });
  return {
    config: Object.keys(config).length === 0 ? undefined : config,
    dropped: [
      ...(thinking?.isShort === true ? ['reasoning'] : []),
      ...(stop !== undefined && stop.length > MOST_STOPS ? ['stop'] : []),
      ...(fitsSeed ? [] : ['seed']),
      ...(penalties ? [] : withEffect(settings, ['presencePenalty', 'frequencyPenalty'])),
      ...withEffect(settings, ['minP', 'verbosity']),
      ...(settings.parallelToolCalls === false ? ['parallelToolCalls'] : []),
    ],
  };
}

/** Those that say something; a 0 changes nothing. */
function withEffect(settings: Settings, names: readonly (keyof Settings)[]): string[] {
  return names.filter((name) => settings[name] !== undefined && settings[name] !== 0);
}
