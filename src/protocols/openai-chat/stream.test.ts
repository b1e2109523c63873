import { describe, expect, test } from 'bun:test';
import { dataLines } from '../shared/stream/sse.ts';
import { asStream } from './replay.ts';
import { ChatStreamReader } from './stream.ts';

function see(reader: ChatStreamReader, event: unknown): ReturnType<ChatStreamReader['see']> {
  return reader.see(event);
}

function delta(fields: object, choice: object = {}): object {
  return { choices: [{ index: 0, delta: fields, ...choice }] };
}

describe('what an event means', () => {
  test.each([
    ['a role', delta({ role: 'assistant' }), 'other'],
    ['a role and an empty text', delta({ role: 'assistant', content: '' }), 'other'],
    ['nulls and empty lists', delta({ content: null, tool_calls: [], refusal: null }), 'other'],
    ['text', delta({ content: 'a' }), 'content'],
    ['a space', delta({ content: ' ' }), 'content'],
    ['a tool call', delta({ tool_calls: [{ index: 0 }] }), 'content'],
    ['reasoning', delta({ reasoning_content: 'hm' }), 'content'],
    ['a refusal', delta({ refusal: 'no' }), 'content'],
    ['audio', delta({ audio: { id: 'x' } }), 'content'],
    ['a finish', delta({}, { finish_reason: 'stop' }), 'content'],
    ['an empty finish reason', delta({}, { finish_reason: '' }), 'other'],
    ['legacy text', { choices: [{ index: 0, text: 'a' }] }, 'content'],
    ['no choices', { choices: [] }, 'other'],
    ['a broken choice', { choices: [null] }, 'other'],
    ['an error', { error: { message: 'x' } }, 'error'],
    ['an error beside content', { error: { message: 'x' }, ...delta({ content: 'a' }) }, 'error'],
    ['error: null', { error: null, ...delta({ content: 'a' }) }, 'content'],
    ['a typed event', { type: 'image_generation.partial_image' }, 'content'],
    ['null', null, 'other'],
    ['a number', 7, 'other'],
    ['a string', 'x', 'other'],
  ] as const)('%s', (_what, event, expected) => expect(see(new ChatStreamReader(), event)).toBe(expected));
});

describe('finished', () => {
  test('once the choice has its finish reason', () => {
    const reader = new ChatStreamReader();
    expect(reader.finished).toBe(false);
    see(reader, delta({ content: 'a' }));
    expect(reader.finished).toBe(false);
    see(reader, delta({}, { finish_reason: 'stop' }));
    expect(reader.finished).toBe(true);
  });

  test('once each choice that was begun has its own', () => {
    const reader = new ChatStreamReader();
    see(reader, { choices: [{ index: 0, delta: { content: 'a' } }] });
    see(reader, { choices: [{ index: 1, delta: { content: 'b' } }] });
    see(reader, { choices: [{ index: 1, delta: {}, finish_reason: 'stop' }] });
    expect(reader.finished).toBe(false);
    see(reader, { choices: [{ index: 0, delta: {}, finish_reason: 'length' }] });
    expect(reader.finished).toBe(true);
  });

  test.each(['image_generation.completed', 'transcript.text.done'])('with an event of type %s', (type) => {
    const reader = new ChatStreamReader();
    see(reader, { type: 'x.delta' });
    expect(reader.finished).toBe(false);
    see(reader, { type });
    expect(reader.finished).toBe(true);
  });
});

describe('usage', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 5 };

  test('the last one counts; null takes nothing back', () => {
    const reader = new ChatStreamReader();
    see(reader, { ...delta({ content: 'a' }), usage: { prompt_tokens: 3, completion_tokens: 1 } });
    see(reader, { choices: [], usage });
    see(reader, { choices: [], usage: null });
    expect(reader.usage).toMatchObject({ promptTokens: 3, completionTokens: 5 });
  });

  test("of Groq's own place", () => {
    const reader = new ChatStreamReader();
    see(reader, { ...delta({}, { finish_reason: 'stop' }), x_groq: { usage } });
    expect(reader.usage).toMatchObject({ promptTokens: 3, completionTokens: 5 });
  });
});

describe('the key of the text', () => {
  test('of an event that says nothing else', () => {
    const reader = new ChatStreamReader();
    see(reader, delta({ content: 'a' }));
    expect(reader.textKey).toBe('"content":"');
  });

  test.each([
    ['ends the choice', delta({ content: 'a' }, { finish_reason: 'stop' })],
    ['tells the usage', { ...delta({ content: 'a' }), usage: { prompt_tokens: 1 } }],
    ["tells the usage in Groq's place", { ...delta({ content: 'a' }), x_groq: { usage: { prompt_tokens: 1 } } }],
    ['is an error', { error: {}, ...delta({ content: 'a' }) }],
  ])('not of one that %s', (_what, event) => {
    const reader = new ChatStreamReader();
    see(reader, delta({ content: 'a' }));
    see(reader, event);
    expect(reader.textKey).toBeUndefined();
  });
});

describe('asStream', () => {
  function chunks(body: unknown): { events: unknown[]; last: string | undefined } {
    const datas = (asStream(body) ?? '').split('\n\n').flatMap((event) => dataLines(event));
    return { last: datas.at(-1), events: datas.slice(0, -1).map((data) => JSON.parse(data) as unknown) };
  }

  test('tells all of a plain answer, with its end', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
    const message = { role: 'assistant', content: 'a\n字', tool_calls: [call] };
    const { events, last } = chunks({
      id: 'x',
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1 },
    });
    expect(last).toBe('[DONE]');
    expect(events).toEqual([
      {
        id: 'x',
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: { ...message, tool_calls: [{ index: 0, ...call }] }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1 },
      },
    ]);
    const reader = new ChatStreamReader();
    expect(see(reader, events[0])).toBe('content');
    expect(reader.finished).toBe(true);
  });

  test.each([[undefined], [null], [{ id: 'x' }], [[]], ['text']])('of %j, which is no completion, is none', (body) => {
    expect(asStream(body)).toBeUndefined();
  });
});

describe('after a finish', () => {
  const finished = (event: object): boolean => {
    const reader = new ChatStreamReader();
    see(reader, delta({ content: 'a' }));
    see(reader, delta({}, { finish_reason: 'stop' }));
    see(reader, event);
    return reader.finished;
  };

  test.each([
    ['text', delta({ content: 'b' })],
    ['reasoning', delta({ reasoning: 'b' })],
    ['a call', delta({ tool_calls: [{ index: 0 }] })],
    ['legacy text', { choices: [{ index: 0, text: 'b' }] }],
  ])('%s says that it was none', (_, event) => expect(finished(event)).toBe(false));

  test.each([
    ['an empty delta', delta({ role: 'assistant', content: '' })],
    ['usage', { choices: [], usage: { total_tokens: 3 } }],
    ['usage beside a choice', { ...delta({ content: '' }), usage: { total_tokens: 3 } }],
    ['remarks of the vendor', delta({ provider_specific_fields: { region: 'x' } })],
    ['a filter’s verdict', { choices: [{ index: 0, delta: {}, content_filter_offsets: { start: 1 } }] }],
    ['text with a finish of its own', delta({ content: 'b' }, { finish_reason: 'stop' })],
  ])('%s leaves it as it is', (_, event) => expect(finished(event)).toBe(true));
});

test.each([
  [{ finish_reason: 'network_error' }, 'broken', { word: 'network_error', cause: 'server' }],
  [{ finish_reason: 'tired' }, 'other', { word: 'tired', cause: 'unknown' }],
  [{ finish_reason: 'error', error: { code: 502 } }, 'broken', { word: 'error', error: { error: { code: 502 } } }],
  [{ error: { code: 502 } }, 'broken', { cause: 'server', error: { error: { code: 502 } } }],
  [{ finish_reason: 'stop', error: null }, 'content', undefined],
])('a choice that ends with %j', (choice, meaning, broken) => {
  const reader = new ChatStreamReader();
  expect(see(reader, delta({}, choice))).toBe(meaning as ReturnType<ChatStreamReader['see']>);
  if (broken === undefined) expect(reader.broken).toBeUndefined();
  else expect(reader.broken).toMatchObject(broken);
});
