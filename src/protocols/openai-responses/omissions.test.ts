// Copies of the Responses API leave out kinds of events: what was said arrives all the same, and once.
import { describe, expect, test } from 'bun:test';
import { CompletionBuilder, type Completion } from '../../core/completion.ts';
import type { JsonObject } from '../../lib/json.ts';
import { ResponsesStreamDecoder } from './decode-stream.ts';
import { ResponsesStreamReader } from './stream.ts';

const REASONING = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [
    { type: 'summary_text', text: 'First I think.' },
    { type: 'summary_text', text: 'Then I know.' },
  ],
};
const MESSAGE = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Let me look.', annotations: [] }],
};
const CALL = {
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'f',
  arguments: '{"a":1}',
  status: 'completed',
};
const CUSTOM = {
  type: 'custom_tool_call',
  id: 'ct_1',
  call_id: 'call_2',
  name: 'g',
  input: 'plain words',
  status: 'completed',
};
const LAST = {
  type: 'message',
  id: 'msg_2',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'It is 42.', annotations: [] }],
};
const OUTPUT: readonly JsonObject[] = [REASONING, MESSAGE, CALL, CUSTOM, LAST];

/** The whole stream, as OpenAI sends it. */
function whole(): JsonObject[] {
  const events: JsonObject[] = [
    { type: 'response.created', response: { id: 'resp_1', status: 'in_progress', output: [] } },
    { type: 'response.in_progress', response: { id: 'resp_1', status: 'in_progress', output: [] } },
  ];
  for (const [index, item] of OUTPUT.entries()) {
    const where = { output_index: index, item_id: item['id'] };
    const tell = (type: string, more: JsonObject): number =>
      events.push({ type: `response.${type}`, ...where, ...more });
    const text = (type: string, field: string, value: string, more: JsonObject = {}): void => {
      tell(`${type}.delta`, { ...more, delta: value.slice(0, 3) });
      tell(`${type}.delta`, { ...more, delta: value.slice(3) });
      tell(`${type}.done`, { ...more, [field]: value });
    };
    const empty = { summary: [], content: [], arguments: '', input: '', status: 'in_progress' };
    const begun = Object.fromEntries(Object.entries(item).map(([k, v]) => [k, k in empty ? empty[k as 'input'] : v]));
    tell('output_item.added', { item: begun });
    if (item === REASONING) {
      for (const [at, part] of REASONING.summary.entries()) {
        tell('reasoning_summary_part.added', { summary_index: at, part: { ...part, text: '' } });
        text('reasoning_summary_text', 'text', part.text, { summary_index: at });
        tell('reasoning_summary_part.done', { summary_index: at, part });
      }
    } else if (item === MESSAGE || item === LAST) {
      const [part] = item.content as [(typeof MESSAGE.content)[0]];
      tell('content_part.added', { content_index: 0, part: { ...part, text: '' } });
      text('output_text', 'text', part.text, { content_index: 0 });
      tell('content_part.done', { content_index: 0, part });
    } else if (item === CALL) {
      text('function_call_arguments', 'arguments', CALL.arguments);
    } else {
      text('custom_tool_call_input', 'input', CUSTOM.input);
    }
    tell('output_item.done', { item });
  }
  const response = { id: 'resp_1', status: 'completed', output: OUTPUT };
  return [...events, { type: 'response.completed', response }];
}

function decoded(events: readonly JsonObject[]): Completion {
  const decoder = new ResponsesStreamDecoder('gpt-5');
  const builder = new CompletionBuilder();
  for (const event of events) for (const said of decoder.push(event)) builder.push(said);
  for (const said of decoder.end()) builder.push(said);
  return builder.build();
}

/** What was said, in whatever order it came. */
function said({ parts }: Completion): string[] {
  return parts
    .map((part) => {
      if (part.type === 'tool_call') return `call ${part.id} ${part.name} ${part.arguments}`;
      return 'text' in part ? `${part.type} ${part.text}` : part.type;
    })
    .toSorted();
}

const KINDS = [...new Set(whole().map(({ type }) => type as string))].filter((type) => type !== 'response.completed');
const PAIRS = KINDS.flatMap((one, at) => KINDS.slice(at).map((other) => [one, other] as const));
const EXPECTED = said(decoded(whole()));

/** The same with events in other words. */
const VARIANTS: readonly (readonly [string, (event: JsonObject) => JsonObject])[] = [
  ['as they are', (event) => event],
  [
    'whose indexes are in quotes',
    (event) => ('output_index' in event ? { ...event, output_index: String(event['output_index']) } : event),
  ],
  ['without indexes', ({ output_index: _index, ...event }) => event],
  ['without indexes of parts', ({ content_index: _content, summary_index: _summary, ...event }) => event],
];

test('all of it is what it says', () => {
  expect(EXPECTED).toEqual([
    'call call_1 f {"a":1}',
    'call call_2 g plain words',
    'reasoning First I think.\n\nThen I know.',
    'text It is 42.',
    'text Let me look.',
  ]);
});

describe.each(VARIANTS)('events %s', (_name, change) => {
  test.each(PAIRS)('without %s and %s', (one, other) => {
    // Without indexes, beginnings and ends nobody can tell where an item ends: its words run into the next one's.
    if (change({ output_index: 0 })['output_index'] === undefined && one !== other) return;
    const events = whole()
      .filter(({ type }) => type !== one && type !== other)
      .map(change);
    expect(said(decoded(events))).toEqual(EXPECTED);
  });
});

test.each(PAIRS)('without %s and %s, the first words that come are seen to be content', (one, other) => {
  const reader = new ResponsesStreamReader();
  const events = whole().filter(({ type }) => type !== one && type !== other);
  const states = events.map((event) => reader.see(event));
  expect(states.at(-1)).toBe('end');
  if (states.includes('content')) expect(states.indexOf('content')).toBeLessThan(states.length - 1);
});

test('two texts of a message without indexes are two', () => {
  const item = { type: 'message', id: 'msg_1', content: [] };
  const tell = (type: string, more: JsonObject) => ({ type: `response.${type}`, item_id: 'msg_1', ...more });
  const events = [
    tell('output_item.added', { item }),
    ...['One.', 'Two.'].flatMap((text) => [
      tell('output_text.delta', { delta: text }),
      tell('output_text.done', { text }),
      tell('content_part.done', { part: { type: 'output_text', text } }),
    ]),
    { type: 'response.completed', response: { status: 'completed', output: [] } },
  ];
  expect(said(decoded(events))).toEqual(['text One.', 'text Two.']);
});

test('nothing but the end', () => {
  expect(said(decoded(whole().slice(-1)))).toEqual(EXPECTED);
});

test('everything but an output at the end', () => {
  const events = [
    ...whole().slice(0, -1),
    { type: 'response.completed', response: { status: 'completed', output: [] } },
  ];
  expect(said(decoded(events))).toEqual(EXPECTED);
});

test('a call of which no event tells the name is an error', () => {
  const events = whole().filter(({ type }) => !String(type).includes('output_item'));
  expect(() => decoded([...events.slice(0, -1), { type: 'response.completed', response: { output: [] } }])).toThrow(
    'named',
  );
});

test('types that stand in the name of the event alone', () => {
  const decoder = new ResponsesStreamDecoder('gpt-5');
  const builder = new CompletionBuilder();
  for (const { type, ...event } of whole()) for (const one of decoder.push(event, type as string)) builder.push(one);
  expect(said(builder.build())).toEqual(EXPECTED);
});

test.each([
  ['a number', 42, '42'],
  ['a boolean', true, 'true'],
  ['an object', { text: 'hi' }, 'hi'],
  ['a list', ['h', { text: 'i' }], 'hi'],
])('a delta that is %s', (_name, delta, text) => {
  const events = [
    { type: 'response.output_text.delta', output_index: 0, delta },
    { type: 'response.completed', response: { status: 'completed', output: [] } },
  ];
  expect(said(decoded(events))).toEqual([`text ${text}`]);
});

test('one that nobody can read is an error', () => {
  expect(() => decoded([{ type: 'response.output_text.delta', output_index: 0, delta: { x: 1 } }])).toThrow('text');
});
