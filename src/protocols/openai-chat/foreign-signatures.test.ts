import { describe, expect, test } from 'bun:test';
import type { Json } from '../../../test/kit/json.ts';
import { removeForeignSignatures } from './foreign-signatures.ts';

const foreign = {
  type: 'reasoning.text',
  text: 'hm',
  signature: 'S',
  index: 0,
  origin: { protocol: 'anthropic-messages', model: 'claude' },
};
const own = { ...foreign, index: 1, origin: { protocol: 'openai-chat', model: 'm' } };
const { origin: _origin, ...unmarked } = own;

function removed(message: Json, model = 'm'): Json {
  const text = JSON.stringify({ n: 1, messages: [{ role: 'user', content: 'Hi' }, message], model }, null, 1);
  const result = removeForeignSignatures(text, JSON.parse(text), model);
  return JSON.parse(result).messages[1];
}

describe('thoughts', () => {
  test.each<[string, Json[], Json[] | undefined]>([
    ['of others go', [foreign], undefined],
    ['of this model lose their mark', [own], [unmarked]],
    ['of others go from among the rest', [unmarked, foreign, own], [unmarked, unmarked]],
    ['in fragments go together', [foreign, { type: 'reasoning.text', text: 'more', index: 0 }, unmarked], [unmarked]],
    ['without a mark stay', [unmarked], [unmarked]],
  ])('%s', (_what, details, expected) => {
    expect(removed({ role: 'assistant', content: 'a', reasoning_details: details, z: 1 })).toEqual({
      role: 'assistant',
      content: 'a',
      ...(expected === undefined ? {} : { reasoning_details: expected }),
      z: 1,
    });
  });

  test('of another model of the dialect go', () => expect(removed({ reasoning_details: [own] }, 'other')).toEqual({}));
});

describe('the words beside marked thoughts', () => {
  const message = (details: Json[]): Json => ({
    reasoning_content: 'hm',
    reasoning: 'hm',
    reasoning_details: details,
    z: 1,
  });

  test('go with those of others', () => {
    expect(removed(message([foreign]))).toEqual({ z: 1 });
    expect(removed({ z: 1, reasoning_details: [foreign], reasoning_content: 'hm' })).toEqual({ z: 1 });
    expect(removed({ content: '', reasoning_content: 'hm', reasoning_details: [foreign, unmarked] })).toEqual({
      content: '',
      reasoning_details: [unmarked],
    });
  });

  test('stay without a mark, and where the backend wants thoughts back', () => {
    expect(removed(message([unmarked]))).toEqual(message([unmarked]));
    const text = JSON.stringify({ messages: [message([foreign])] });
    const left = removeForeignSignatures(text, JSON.parse(text), 'm', { reasoningBack: 'reasoning_content' });
    expect(JSON.parse(left).messages).toEqual([{ reasoning_content: 'hm', reasoning: 'hm', z: 1 }]);
  });
});

describe("calls' signatures", () => {
  const call = (extra_content: Json): Json => ({
    role: 'assistant',
    tool_calls: [{ id: 'a', extra_content, function: { name: 'f', arguments: '{}' } }],
  });
  const google = { thought_signature: 'T' };

  test.each<[string, Json, Json]>([
    ['of others go', { google, llm_proxy: { protocol: 'gemini' } }, undefined],
    [
      'of others go, what else there is stays',
      { google: { ...google, x: 1 }, llm_proxy: { protocol: 'gemini' }, y: 2 },
      { y: 2, google: { x: 1 } },
    ],
    ['of this model lose their mark', { google, llm_proxy: { protocol: 'openai-chat', model: 'm' } }, { google }],
    ['without a mark stay', { google }, { google }],
  ])('%s', (_what, extra, expected) => {
    expect(removed(call(extra)).tool_calls[0].extra_content).toEqual(expected);
  });
});

test('all else stays byte for byte', () => {
  const text = `{ "messages" : [{"x":12345678901234567890 , "reasoning_details" : [${JSON.stringify(foreign)}] ,"content":"\\u0041\\/"},\n{"content":"origin"}] }`;
  expect(removeForeignSignatures(text, JSON.parse(text), 'm')).toBe(
    '{ "messages" : [{"x":12345678901234567890 , "content":"\\u0041\\/"},\n{"content":"origin"}] }',
  );
  for (const same of [
    '{"messages":[{"content":"\\"origin\\""}]}',
    '{"origin":{"protocol":"x"},"messages":7}',
    '{"llm_proxy":1}',
  ])
    expect(removeForeignSignatures(same, JSON.parse(same), 'm')).toBe(same);
});

test('as the last member, too', () => {
  const text = `{"messages":[{"content":"a" , "reasoning_details":[${JSON.stringify(foreign)}] }]}`;
  expect(removeForeignSignatures(text, JSON.parse(text), 'm')).toBe('{"messages":[{"content":"a" }]}');
});

describe('where thoughts in other fields than its own are refused', () => {
  const fields = { 'messages.reasoning_content': false };
  const sent = (message: Json, reasoningBack?: 'reasoning' | 'thinking'): Json => {
    const text = JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }, message], n: 1.5 }, null, 1);
    const result = removeForeignSignatures(text, JSON.parse(text), 'm', { fields, reasoningBack });
    expect(JSON.parse(result)).toMatchObject({ messages: [{ role: 'user', content: 'Hi' }, {}], n: 1.5 });
    return JSON.parse(result).messages[1];
  };
  const thoughts = { reasoning_content: 'hm', reasoning: 'hm' };

  test('whoever wrote them', () => {
    const rest = { role: 'assistant', content: 'a', tool_calls: [{ id: '1' }], z: 1 };
    expect(sent({ ...thoughts, ...rest })).toEqual(rest);
    expect(sent({ ...rest, ...thoughts, reasoning_details: [unmarked, foreign] }, 'thinking')).toEqual(rest);
    expect(sent({ ...thoughts, reasoning_details: [own], ...rest }, 'reasoning')).toEqual({ reasoning: 'hm', ...rest });
    expect(sent({ reasoning_content: null, ...rest })).toEqual(rest);
    expect(sent(rest)).toEqual(rest);
  });

  test('those beside marked ones go where the backend has a place of its own for thoughts', () => {
    const text = JSON.stringify({ messages: [{ ...thoughts, reasoning_details: [foreign] }] });
    const left = (reasoningBack: 'reasoning' | 'thinking'): Json =>
      JSON.parse(removeForeignSignatures(text, JSON.parse(text), 'm', { reasoningBack })).messages[0];
    expect(left('thinking')).toEqual({});
    expect(left('reasoning')).toEqual(thoughts);
  });
});
