// What the playground knows of each dialect, without a browser: bodies, events, errors, code.
import { describe, expect, test } from 'bun:test';
import type { Json } from '../../console/pages/playground/dialects/dialect.ts';
import { DIALECTS, DIALECT_NAMES, errorOf, translated } from '../../console/pages/playground/dialects/dialects.ts';
import { EventReader } from '../../console/pages/playground/event-reader.ts';
import { SNIPPETS } from '../../console/pages/playground/snippets.ts';

const { 'openai-chat': chat, 'openai-responses': responses, 'anthropic-messages': messages, gemini } = DIALECTS;
const TOOL = { name: 'clock', description: 'Tells the time.', parameters: { type: 'object', properties: {} } };
const FIELDS = {
  system: 'Be short.',
  messages: [
    { role: 'user', text: 'Hello' },
    { role: 'assistant', text: 'Hi.' },
    { role: 'user', text: 'What time is it?' },
  ],
  temperature: 0.5,
  maxTokens: 100,
} as const;
const BODY = chat.write({}, { ...FIELDS, tools: chat.fromTools([TOOL]) });

describe.each(DIALECT_NAMES.flatMap((from) => DIALECT_NAMES.map((to) => [from, to] as const)))(
  'from %s',
  (from, to) => {
    test(`to ${to} and back nothing that the form knows is lost`, () => {
      const first = translated(BODY, chat, DIALECTS[from]);
      const second = translated(first, DIALECTS[from], DIALECTS[to]);
      expect(DIALECTS[to].read(second)).toMatchObject(FIELDS);
      expect(DIALECTS[to].toTools(DIALECTS[to].read(second).tools)).toEqual([TOOL]);
      expect(translated(second, DIALECTS[to], DIALECTS[from])).toEqual(first);
    });
  },
);

describe.each(DIALECT_NAMES)('in %s', (name) => {
  test('a change of one field leaves all others, and what the form does not know, as they were', () => {
    const body = { ...translated(BODY, chat, DIALECTS[name]), seed: 7 };
    const changed = DIALECTS[name].write(body, { system: 'Be long.' });
    expect(DIALECTS[name].read(changed)).toEqual({ ...DIALECTS[name].read(body), system: 'Be long.' });
    expect(changed['seed']).toBe(7);
    expect(DIALECTS[name].write(changed, { system: 'Be short.' })).toEqual(body);
  });
});

test('what is more than text stays as it is', () => {
  const picture = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] };
  const body = { messages: [picture, { role: 'user', content: [{ type: 'text', text: 'What is it?' }] }] };
  const read = chat.read(body);
  expect(read.messages).toEqual([
    { role: 'user', text: '', raw: picture },
    { role: 'user', text: 'What is it?' },
  ]);
  expect(chat.write(body, { temperature: 1 })['messages']).toEqual([picture, { role: 'user', content: 'What is it?' }]);
});

test.each([
  [chat, { choices: [{ delta: { content: 'a' } }] }, 'a'],
  [responses, { type: 'response.output_text.delta', delta: 'a' }, 'a'],
  [messages, { type: 'content_block_delta', delta: { type: 'text_delta', text: 'a' } }, 'a'],
  [messages, { type: 'content_block_start', content_block: { type: 'tool_use', name: 'clock' } }, '\n→ clock '],
  [gemini, { candidates: [{ content: { parts: [{ text: 'a' }, { text: 'thought', thought: true }] } }] }, 'a'],
] as const)('the text in an event', (dialect, event, text) => {
  expect(dialect.piece(event)).toBe(text);
});

test.each<[Json, string, string]>([
  [{ error: { code: 'model_not_found', message: 'No.', type: 'invalid_request_error' } }, 'model_not_found', 'No.'],
  [{ type: 'error', error: { type: 'overloaded_error', message: 'No.' } }, 'overloaded_error', 'No.'],
  [{ error: { code: 503, status: 'UNAVAILABLE', message: 'No.' } }, 'UNAVAILABLE', 'No.'],
  [{ type: 'response.failed', response: { error: { code: 'server_error', message: 'No.' } } }, 'server_error', 'No.'],
])('an error', (value, code, message) => {
  expect(errorOf(value)).toEqual({ code, message });
});

test('an answer that has `error: null` is none', () => {
  expect(errorOf({ id: 'resp_1', error: null })).toBeUndefined();
  expect(errorOf({ choices: [] })).toBeUndefined();
});

test('events come out whole, however the stream was cut', () => {
  const stream = 'event: one\r\ndata: {"a":1}\r\n\r\n: a comment\n\ndata: x\ndata: y\n\ndata: [DONE]';
  for (let at = 1; at < stream.length; at++) {
    const reader = new EventReader();
    const events = [...reader.add(stream.slice(0, at)), ...reader.add(stream.slice(at)), ...reader.end()];
    expect(events).toEqual([
      { name: 'one', data: '{"a":1}' },
      { name: undefined, data: 'x\ny' },
      { name: undefined, data: '[DONE]' },
    ]);
  }
});

test('code is right where quotes and words of Python come in', () => {
  const body = messages.write({ metadata: { user: null, ok: true } }, { messages: [{ role: 'user', text: "It's" }] });
  const asking = { dialect: messages, body, model: 'main', stream: false, origin: 'http://gateway' };
  expect(SNIPPETS.curl(asking)).toContain(String.raw`"content": "It'\''s"`);
  expect(SNIPPETS.curl(asking)).toContain('-H "x-api-key: $LLM_PROXY_KEY"');
  expect(SNIPPETS.python(asking)).toContain('metadata={"user": None, "ok": True},');
  expect(SNIPPETS.javascript({ ...asking, dialect: gemini, body: { contents: [] }, stream: true })).toContain(
    'generateContentStream({',
  );
});
