import type { Conversation, SettingName, Settings } from '../../core/conversation.ts';
import { NotCarried } from '../../core/not-carried.ts';
import { asObject, compact } from '../../lib/json.ts';
import type { Addressee, EncodedRequest } from '../codec.ts';
import { decodeAnswer } from './decode-answer.ts';
import { ResponsesStreamDecoder } from './decode-stream.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { encodeTurns } from './encode-turns.ts';
import { NAME } from './name.ts';
import { encodeOutput } from './output.ts';
import { encodeReasoning } from './reasoning.ts';
import { ENCRYPTED_REASONING, lackingSettings, LOGPROBS } from './settings.ts';

/** Writes a request that leaves nothing at the provider: all of the conversation is in it. */
export function encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest {
  const { input, dropped: droppedItems } = encodeTurns(conversation, addressee.model);
  const tools = encodeTools(conversation.tools);
  const reasoning = encodeReasoning(conversation.reasoning, addressee.model);
  const settings: Settings = reasoning.isOnForSure ? { ...conversation.settings, ...UNSET } : conversation.settings;
  const body = compact({
    model: addressee.model,
    instructions: instructionsOf(conversation),
    input,
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: choiceOf(conversation, tools.length),
    parallel_tool_calls: settings.parallelToolCalls,
    text: textConfigOf(conversation),
    reasoning: reasoning.value,
    max_output_tokens: settings.maxTokens,
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
    ...foreignTools(conversation),
    ...droppedItems,
  ];
  return {
    body,
    dropped: [...new Set(dropped)],
    decodeAnswer: (answer) => decodeAnswer(answer, addressee.model),
    decodeStream: () => new ResponsesStreamDecoder(addressee.model),
  };
}

/** Blocks of the system's words, with a blank line between. */
export function instructionsOf({ system }: Conversation): string | undefined {
  return system.length === 0 ? undefined : system.map(({ text }) => text).join('\n\n');
}

/** The longest id of a user that the API takes. */
const MOST_CHARACTERS = 64;

/** The user's id, or what stands for one that is too long: as stable and as opaque. */
function userIdOf(user: string): string {
  return user.length <= MOST_CHARACTERS ? user : new Bun.CryptoHasher('sha256').update(user).digest('hex');
}

/** Without tools a choice means nothing, or cannot be met. */
function choiceOf(conversation: Conversation, toolCount: number): unknown {
  const choice = encodeToolChoice(conversation);
  if (toolCount > 0 || choice === undefined) return choice;
  if (choice === 'auto' || choice === 'none') return undefined;
  throw new NotCarried(
    'tool_choice',
    'asks for a call of a tool, and none of the tools can be offered by this backend',
  );
}

function textConfigOf({ output, settings }: Conversation): unknown {
  const text = compact({ format: encodeOutput(output), verbosity: settings.verbosity });
  return Object.keys(text).length === 0 ? undefined : text;
}

/** What a model that thinks does not take. */
const UNSET = { temperature: undefined, topP: undefined, logprobs: undefined, topLogprobs: undefined };

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
