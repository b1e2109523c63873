// What every dialect is tested with, in neutral form, and what is known of each beforehand.
import type { Completion, FinishReason } from '../../core/completion.ts';
import type { Conversation, Tool, Turn } from '../../core/conversation.ts';
import type { Part } from '../../core/part.ts';
import type { Reply } from '../codec.ts';
import type { Protocol } from '../protocol.ts';
import { PROTOCOLS } from '../registry.ts';

/** What a dialect may have no place for. What is not listed for it has to come through. */
export type Trait =
  /** A tool's result says whether it is an error. */
  | 'errors of tools'
  /** A picture that a tool gave back stands in the result itself. */
  | 'pictures in results'
  /** The model's refusal is told apart from its answer. */
  | 'refusals'
  /** Tools that take plain text. */
  | 'freeform tools'
  /** Signatures are kept by clients with the gateway's mark (see `core/signature.ts`) in front, and in no other way. */
  | 'marked signatures';

/** What the suite has to know of a dialect. */
export interface Row {
  /** A model of the dialect that can do everything it has. */
  readonly model: string;
  readonly lacks: readonly Trait[];
}

/** A new dialect adds its row here; everything else holds for it as it stands. */
const ROWS: Readonly<Record<string, Row>> = {
  'anthropic-messages': { model: 'claude-sonnet-4-6', lacks: ['refusals', 'freeform tools'] },
  gemini: { model: 'gemini-3-pro', lacks: ['refusals', 'freeform tools'] },
  'openai-responses': { model: 'gpt-5.1', lacks: ['errors of tools'] },
  'openai-chat': {
    model: 'some-model',
    lacks: ['errors of tools', 'pictures in results', 'freeform tools', 'marked signatures'],
  },
};

/** Every registered dialect with its row, for `describe.each`. */
export const DIALECTS: readonly (readonly [key: string, protocol: Protocol, row: Row])[] = PROTOCOLS.map(
  ([key, protocol]) => {
    const row = ROWS[protocol.name];
    if (row === undefined) throw new Error(`the contract has no row for ${protocol.name}`);
    return [key, protocol, row];
  },
);

/** Bytes of a PNG, or its beginning. */
export const PICTURE = 'iVBORw0KGgo=';
/** Bytes of a PDF, or its beginning. */
export const DOCUMENT = 'JVBERi0xLjQ=';
/** Words that need escapes, more than one byte, and more than one UTF-16 unit. */
export const WORDS = 'Ümläut “quoted” \\ \n 🙂';

/** A tool like any other. */
export const WEATHER: Tool = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** A schema for an answer, in the part of JSON Schema that everybody enforces. */
export const ANSWER_SCHEMA = {
  type: 'object',
  properties: { verdict: { type: 'string' } },
  required: ['verdict'],
  additionalProperties: false,
};

/** A conversation of these turns, with what the test changes. */
export function conversationOf(turns: readonly Turn[], changes: Partial<Conversation> = {}): Conversation {
  return { system: [], turns, tools: [], settings: {}, stream: false, wantsUsage: true, unsupported: [], ...changes };
}

/** A turn of the user. */
export function says(...parts: Part[]): Turn {
  return { role: 'user', parts };
}

/** A turn of the assistant. */
export function answers(...parts: Part[]): Turn {
  return { role: 'assistant', parts };
}

/** Words. */
export function text(words: string): Part & { readonly type: 'text' } {
  return { type: 'text', text: words };
}

/** A call of the tool. */
export function call(id: string, city: string): Part & { readonly type: 'tool_call' } {
  return { type: 'tool_call', id, name: 'get_weather', arguments: JSON.stringify({ city }) };
}

/** What the tool gave back. */
export function result(callId: string, words: string, more: object = {}): Part & { readonly type: 'tool_result' } {
  return { type: 'tool_result', callId, name: 'get_weather', content: [text(words)], ...more };
}

/** The shortest thing to say. */
export const HELLO = says(text('Hello'));

const LOOP = [HELLO, answers(call('call_1', 'Rome')), says(result('call_1', 'sunny'))];

/** Conversations that every dialect carries as they are. */
export const CONVERSATIONS: readonly (readonly [what: string, conversation: Conversation])[] = [
  ['a text', conversationOf([HELLO])],
  ['words of every kind', conversationOf([says(text(WORDS))])],
  ['system prompt', conversationOf([HELLO], { system: [text('Be brief.')] })],
  ['several turns', conversationOf([HELLO, answers(text('Hi.')), says(text('And you?'))])],
  ['a tool', conversationOf([HELLO], { tools: [WEATHER] })],
  ['a call and its result', conversationOf(LOOP, { tools: [WEATHER] })],
  [
    'words before a call',
    conversationOf([HELLO, answers(text('I look.'), call('call_1', 'Rome')), says(result('call_1', 'sunny'))], {
      tools: [WEATHER],
    }),
  ],
  [
    'parallel calls',
    conversationOf(
      [
        HELLO,
        answers(call('call_1', 'Rome'), call('call_2', 'Oslo')),
        says(result('call_1', 'sunny'), result('call_2', WORDS)),
      ],
      { tools: [WEATHER] },
    ),
  ],
  [
    'words beside a result',
    conversationOf([HELLO, answers(call('call_1', 'Rome')), says(result('call_1', 'sunny'), text('Thanks.'))], {
      tools: [WEATHER],
    }),
  ],
  [
    'an image',
    conversationOf([
      says(text('What is it?'), {
        type: 'media',
        kind: 'image',
        source: { from: 'base64', mediaType: 'image/png', data: PICTURE },
      }),
    ]),
  ],
  [
    'an image elsewhere',
    conversationOf([
      says(text('What is it?'), {
        type: 'media',
        kind: 'image',
        source: { from: 'url', url: 'https://example.com/a.png' },
      }),
    ]),
  ],
  [
    'a document',
    conversationOf([
      says(
        {
          type: 'media',
          kind: 'document',
          name: 'a.pdf',
          source: { from: 'base64', mediaType: 'application/pdf', data: DOCUMENT },
        },
        text('Sum it up.'),
      ),
    ]),
  ],
];

/** Counts that every dialect can tell. */
export const USAGE = { promptTokens: 30, completionTokens: 20, cachedTokens: 10, reasoningTokens: 5 };

/** Answers that every dialect tells. */
export const ANSWERS: readonly (readonly [what: string, completion: Completion])[] = [
  ['a text', completionOf([text('Hello.')], 'stop')],
  ['words of every kind', completionOf([text(WORDS)], 'stop')],
  ['nothing', completionOf([], 'stop')],
  ['a long text', completionOf([text('0123456789 '.repeat(2000))], 'length')],
  ['a call', completionOf([call('call_1', 'Rome')], 'tool_calls')],
  ['a call after words', completionOf([text('I look.'), call('call_1', 'Rome')], 'tool_calls')],
  ['parallel calls', completionOf([call('call_1', 'Rome'), call('call_2', 'Oslo')], 'tool_calls')],
  ['a call without arguments', completionOf([{ ...call('call_1', ''), arguments: '{}' }], 'tool_calls')],
  ['thoughts', completionOf([{ type: 'reasoning', text: 'Hm.' }, text('Hello.')], 'stop')],
];

/** An answer of these parts. */
export function completionOf(parts: readonly Part[], reason: FinishReason): Completion {
  return {
    id: 'answer_1',
    model: 'behind',
    createdAt: 1_700_000_000,
    parts,
    finish: { reason, raw: undefined },
    usage: USAGE,
  };
}

/** What answers are written for. */
export function replyTo(conversation: Conversation): Reply {
  return { conversation, model: 'asked', id: '0123456789abcdef', now: 1_700_000_000_000 };
}

/** What parts say, in one form: texts that follow each other joined, arguments parsed. */
export function gist(parts: readonly Part[]): unknown[] {
  const said: unknown[][] = [];
  for (const part of parts) {
    const [kind, words] = gistOf(part);
    const last = said.at(-1);
    if (last !== undefined && last[0] === kind && typeof words === 'string') last[1] = String(last[1]) + words;
    else if (words !== '') said.push([kind, words]);
  }
  return said;
}

function gistOf(part: Part): [kind: string, words: unknown] {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return [part.type, part.text];
    case 'tool_call':
      return ['call', { id: part.id, name: part.name, args: JSON.parse(part.arguments) as unknown }];
    case 'tool_result':
      return ['result', { of: part.callId, content: gist(part.content) }];
    case 'media':
      return [part.kind, part.source.from === 'url' ? part.source.url : part.source];
    case 'native':
      return ['native', part.value];
  }
}

/** What a conversation says, turn by turn; turns of one side that follow each other are one. */
export function gistOfTurns(turns: readonly Turn[]): unknown[] {
  const sides: { role: Turn['role']; parts: Part[] }[] = [];
  for (const { role, parts } of turns) {
    const last = sides.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else sides.push({ role, parts: [...parts] });
  }
  return sides.map(({ role, parts }) => [role, gist(parts)]);
}

/** Without what a provider charges by and no dialect can say of another's answer: tools, a tier, a stated cost. */
export function withoutCharges(completion: Completion): Completion {
  const { usage } = completion;
  const none = { serverTools: undefined, units: undefined, tier: undefined, statedNanoUsd: undefined };
  return usage === undefined ? completion : { ...completion, usage: { ...usage, ...none } };
}
