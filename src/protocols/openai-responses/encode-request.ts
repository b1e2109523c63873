import type { Conversation } from '../../core/conversation.ts';
import { NotCarried } from '../../core/not-carried.ts';
import { wantsThinking } from '../../core/reasoning.ts';
import { Work } from '../../core/work.ts';
import { asObject, compact, type JsonObject } from '../../lib/json.ts';
import type { Addressee, EncodedRequest } from '../codec.ts';
import { forbidsThinking, refuseThinking, withChoiceFor } from '../forced-tools.ts';
import { encodeWithNames, hashedName } from '../tool-names.ts';
import { decodeAnswer } from './decode-answer.ts';
import { ResponsesStreamDecoder } from './decode-stream.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { encodeTurns } from './encode-turns.ts';
import { NAME } from './name.ts';
import { encodeOutput } from './output.ts';
import { encodeReasoning } from './reasoning.ts';
import { encodeSettings } from './settings.ts';

/** Writes a request that leaves nothing at the provider: all of the conversation is in it. */
export function encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest {
  return encodeWithNames(withChoiceFor(conversation, addressee.quirks), wireName, (named) => encode(named, addressee));
}

function wireName(name: string): string {
  return /^[\w-]{1,128}$/.test(name) ? name : hashedName(name, /[^\w-]/g, 128);
}

function encode(conversation: Conversation, addressee: Addressee): EncodedRequest {
  const { work = new Work() } = addressee;
  const { input, dropped: droppedItems } = encodeTurns(conversation, addressee, work);
  const tools = encodeTools(conversation.tools);
  const isUnthinking = forbidsThinking(conversation, addressee.quirks);
  const reasoning = encodeReasoning(isUnthinking ? { enabled: false } : conversation.reasoning, addressee.model);
  if (isUnthinking) refuseThinking(reasoning.isDropped);
  const isLost = isUnthinking && wantsThinking(conversation.reasoning ?? {}) === true;
  const settings = encodeSettings(conversation.settings, reasoning);
  const body = compact({
    model: addressee.model,
    ...(input.length === 0 ? systemAlone(conversation) : { instructions: instructionsOf(conversation), input }),
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: choiceOf(conversation, tools.length),
    text: textConfigOf(conversation),
    reasoning: reasoning.value,
    ...settings.fields,
    store: false,
    stream: conversation.stream,
  });
  const dropped = [
    ...settings.dropped,
    ...(reasoning.isDropped || isLost ? ['reasoning'] : []),
    ...foreignTools(conversation),
    ...droppedItems,
  ];
  return {
    body,
    dropped: [...new Set(dropped)],
    decodeAnswer: (answer, work) => decodeAnswer(answer, addressee.model, work),
    decodeStream: (work) => new ResponsesStreamDecoder(addressee.model, work),
  };
}

/** Blocks of the system's words, with a blank line between. */
export function instructionsOf({ system }: Conversation): string | undefined {
  return system.length === 0 ? undefined : system.map(({ text }) => text).join('\n\n');
}

/** There has to be some input; the system's words alone are a question, too. */
function systemAlone(conversation: Conversation): JsonObject {
  const words = instructionsOf(conversation);
  return { input: [words === undefined ? { role: 'user', content: '' } : { role: 'developer', content: words }] };
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

function foreignTools({ tools }: Conversation): string[] {
  return tools.flatMap((tool) =>
    tool.type === 'native' && tool.protocol !== NAME ? [`tools[${nameOf(tool.name, tool.value)}]`] : [],
  );
}

function nameOf(name: string, value: unknown): string {
  return name === '' ? Object.keys(asObject(value) ?? {}).join('.') : name;
}
