import type { Conversation } from '../../core/conversation.ts';
import { NotCarried } from '../../core/not-carried.ts';
import { Work } from '../../core/work.ts';
import { asObject, compact, type JsonObject } from '../../lib/json.ts';
import type { Addressee, EncodedRequest } from '../codec.ts';
import { encodeWithNames, hashedName } from '../tool-names.ts';
import { decodeAnswer } from './decode-answer.ts';
import { ResponsesStreamDecoder } from './decode-stream.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { encodeTurns } from './encode-turns.ts';
import { NAME } from './name.ts';
import { askOutput, type AskedOutput } from './output.ts';
import { encodeReasoning } from './reasoning.ts';
import { encodeSettings } from './settings.ts';

/** Writes a request that leaves nothing at the provider: all of the conversation is in it. */
export function encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest {
  return encodeWithNames(conversation, wireName, (named) => encode(named, addressee));
}

function wireName(name: string): string {
  return /^[\w-]{1,128}$/.test(name) ? name : hashedName(name, /[^\w-]/g, 128);
}

function encode(conversation: Conversation, addressee: Addressee): EncodedRequest {
  const { model, work = new Work() } = addressee;
  const { input, dropped: droppedItems } = encodeTurns(conversation, model, work);
  const lacking = new Set<string>();
  const tools = encodeTools(conversation.tools, lacking);
  const output = askOutput(conversation);
  const reasoning = encodeReasoning(conversation.reasoning, addressee.model);
  const settings = encodeSettings(conversation.settings, reasoning);
  const body = compact({
    model: addressee.model,
    ...withInput(conversation, [...notesOf(output), ...input]),
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: choiceOf(conversation, tools.length),
    text: textConfigOf(conversation, output.format),
    reasoning: reasoning.value,
    ...settings.fields,
    store: false,
    stream: conversation.stream,
  });
  const dropped = [
    ...settings.dropped,
    ...(reasoning.isDropped ? ['reasoning'] : []),
    ...foreignTools(conversation),
    ...lacking,
    ...output.dropped,
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
  throw new NotCarried(
    'tool_choice',
    'asks for a call of a tool, and none of the tools can be offered by this backend',
  );
}

/** At the beginning, where it stays in place from turn to turn. */
function notesOf({ note }: AskedOutput): unknown[] {
  return note === undefined ? [] : [{ role: 'developer', content: note }];
}

function textConfigOf({ settings }: Conversation, format: unknown): unknown {
  const text = compact({ format, verbosity: settings.verbosity });
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
