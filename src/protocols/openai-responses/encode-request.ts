import type { Conversation, Reasoning, SettingName, Settings } from '../../core/conversation.ts';
import { NotCarried } from '../../core/not-carried.ts';
import { asObject, compact, type JsonObject } from '../../lib/json.ts';
import type { Addressee, EncodedRequest } from '../codec.ts';
import { encodeWithNames, hashedName } from '../tool-names.ts';
import { decodeAnswer } from './decode-answer.ts';
import { ResponsesDecoder } from './decode-stream.ts';
import { itemsOf } from './input-items.ts';
import { NAME } from './name.ts';
import { nearestEffort, traitsOf } from './model-traits.ts';
import { effortOf, ENCRYPTED_REASONING, lackingSettings, LOGPROBS, outputOf } from './settings.ts';
import { toolChoiceOf } from './tool-choice.ts';
import { toolsOf } from './tools.ts';

/** Writes a request that leaves nothing at the provider: all of the conversation is in it. */
export function encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest {
  return encodeWithNames(conversation, wireName, (named) => encode(named, addressee));
}

function wireName(name: string): string {
  return /^[\w-]{1,128}$/.test(name) ? name : hashedName(name, /[^\w-]/g, 128);
}

function encode(conversation: Conversation, addressee: Addressee): EncodedRequest {
  const { input, dropped: droppedItems } = itemsOf(conversation, addressee.model);
  const tools = toolsOf(conversation.tools);
  const reasoning = reasoningOf(conversation.reasoning, addressee.model);
  const settings: Settings = reasoning.isOnForSure ? { ...conversation.settings, ...UNSET } : conversation.settings;
  const body = compact({
    model: addressee.model,
    ...(input.length === 0 ? systemAlone(conversation) : { instructions: instructionsOf(conversation), input }),
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: choiceOf(conversation, tools.length),
    parallel_tool_calls: settings.parallelToolCalls,
    text: textConfigOf(conversation),
    reasoning: reasoning.value,
    max_output_tokens: settings.maxTokens === undefined ? undefined : Math.max(settings.maxTokens, LEAST_TOKENS),
    temperature: settings.temperature,
    top_p: settings.topP,
    top_logprobs: settings.logprobs === true ? settings.topLogprobs : undefined,
    safety_identifier: settings.user === undefined ? undefined : userIdOf(settings.user),
    include: includesOf(settings, reasoning.isOn),
    store: false,
    stream: conversation.stream,
  });
  const dropped = [
    ...lackingSettings(conversation),
    ...(reasoning.isOnForSure ? refusedSettings(conversation) : []),
    ...(reasoning.isDropped ? ['reasoning'] : []),
    ...((settings.maxTokens ?? LEAST_TOKENS) < LEAST_TOKENS ? ['maxTokens'] : []),
    ...foreignTools(conversation),
    ...droppedItems,
  ];
  return {
    body,
    dropped: [...new Set(dropped)],
    decodeAnswer: (answer) => decodeAnswer(answer, addressee.model),
    decodeStream: () => new ResponsesDecoder(addressee.model),
  };
}

/** A smaller limit of an answer's tokens is refused. */
const LEAST_TOKENS = 16;

/** Blocks of the system's words, with a blank line between. */
export function instructionsOf({ system }: Conversation): string | undefined {
  return system.length === 0 ? undefined : system.map(({ text }) => text).join('\n\n');
}

/** There has to be some input; the system's words alone are a question, too. */
function systemAlone(conversation: Conversation): JsonObject {
  const words = instructionsOf(conversation);
  return { input: [words === undefined ? { role: 'user', content: '' } : { role: 'developer', content: words }] };
}

/** The longest id of a user that the API takes. */
const MOST_CHARACTERS = 64;

/** The user's id, or what stands for one that is too long: as stable and as opaque. */
function userIdOf(user: string): string {
  return user.length <= MOST_CHARACTERS ? user : new Bun.CryptoHasher('sha256').update(user).digest('hex');
}

/** Without tools a choice means nothing, or cannot be met. */
function choiceOf(conversation: Conversation, toolCount: number): unknown {
  const choice = toolChoiceOf(conversation);
  if (toolCount > 0 || choice === undefined) return choice;
  if (choice === 'auto' || choice === 'none') return undefined;
  throw new NotCarried(
    'tool_choice',
    'asks for a call of a tool, and none of the tools can be offered by this backend',
  );
}

function textConfigOf({ output, settings }: Conversation): unknown {
  const text = compact({ format: outputOf(output), verbosity: settings.verbosity });
  return Object.keys(text).length === 0 ? undefined : text;
}

/** What a model that thinks does not take. */
const UNSET = { temperature: undefined, topP: undefined, logprobs: undefined, topLogprobs: undefined };

interface ReasoningField {
  readonly value: unknown;
  /** The model is going to think, as far as one can tell. */
  readonly isOn: boolean;
  /** It is known to: then it takes none of the settings that a choice among tokens is made by. */
  readonly isOnForSure: boolean;
  readonly isDropped: boolean;
}

function reasoningOf(reasoning: Reasoning | undefined, model: string): ReasoningField {
  const traits = traitsOf(model);
  const isThinker = traits.reasons === true;
  const none = { value: undefined, isOn: isThinker, isOnForSure: isThinker, isDropped: false };
  if (reasoning === undefined) return none;
  const wished = effortOf(reasoning);
  // A model that does not think does as it is told by not thinking.
  if (traits.reasons === false) return { ...none, isDropped: wished !== 'none' };
  const effort = wished && nearestEffort(wished, traits);
  const isOff = effort === 'none';
  const value = compact({ effort, summary: reasoning.visible === true && !isOff ? 'auto' : undefined });
  return {
    value: Object.keys(value).length === 0 ? undefined : value,
    isOn: isThinker || !isOff,
    isOnForSure: isThinker && !isOff,
    // It cannot be told not to.
    isDropped: wished === 'none' && !isOff,
  };
}

/** Settings that a model refuses while it thinks; those that say what goes without saying are left out without a word. */
function refusedSettings({ settings }: Conversation): SettingName[] {
  const { temperature, topP, logprobs } = settings;
  return [
    ...(temperature === undefined || temperature === 1 ? [] : (['temperature'] as const)),
    ...(topP === undefined || topP === 1 ? [] : (['topP'] as const)),
    ...(logprobs === true ? (['logprobs'] as const) : []),
  ];
}

/** What an answer is to hold besides: nobody else keeps the thoughts that the next turn has to bring back. */
function includesOf(settings: Settings, isReasoning: boolean): string[] | undefined {
  const include = [...(isReasoning ? [ENCRYPTED_REASONING] : []), ...(settings.logprobs === true ? [LOGPROBS] : [])];
  return include.length === 0 ? undefined : include;
}

function foreignTools({ tools }: Conversation): string[] {
  return tools.flatMap((tool) =>
    tool.type === 'native' && tool.protocol !== NAME ? [`tools[${nameOf(tool.name, tool.value)}]`] : [],
  );
}

function nameOf(name: string, value: unknown): string {
  return name === '' ? Object.keys(asObject(value) ?? {}).join('.') : name;
}
