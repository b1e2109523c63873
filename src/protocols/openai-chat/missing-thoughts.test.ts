import { describe, expect, test } from 'bun:test';
import type { Json } from '../../../test/kit/json.ts';
import type { Quirks } from '../../core/route.ts';
import { addMissingThoughts } from './missing-thoughts.ts';

const ALL: Quirks = { reasoningBack: 'reasoning_content', thoughtsNeeded: 'all' };
const CALLS: Quirks = { reasoningBack: 'reasoning_content', thoughtsNeeded: 'calls' };

const tools = [{ type: 'function', function: { name: 'f' } }];
const call = { role: 'assistant', content: null, tool_calls: [{ id: 'c' }] };
const said = { role: 'assistant', content: 'a' };
const user = { role: 'user', content: 'q' };

function sent(messages: Json[], quirks: Quirks, more: Json = { tools }, model = 'm'): Json[] | undefined {
  const text = JSON.stringify({ n: 1.5, messages, ...more }, null, 1);
  const fitted = addMissingThoughts(text, JSON.parse(text), model, quirks);
  if (fitted === undefined) return undefined;
  expect(fitted.unsupported).toEqual([]);
  const body = JSON.parse(fitted.text);
  expect({ ...body, messages }).toEqual({ n: 1.5, messages, ...more });
  return body.messages;
}

describe('a turn that another backend served', () => {
  const blank = { reasoning_content: ' ' };

  test('gets a blank, where calls or all need thoughts', () => {
    expect(sent([user, call, said], CALLS)).toEqual([user, { ...call, ...blank }, said]);
    expect(sent([user, call, said], ALL)).toEqual([user, { ...call, ...blank }, { ...said, ...blank }]);
    expect(sent([user, call], ALL, {})).toEqual([user, { ...call, ...blank }]);
  });

  test('an empty text counts as missing, and words in another field are used', () => {
    for (const empty of ['', null])
      expect(sent([{ ...call, reasoning_content: empty }], CALLS)).toEqual([{ ...call, ...blank }]);
    const words = { ...call, reasoning: 'Let me "look".' };
    expect(sent([words], CALLS)).toEqual([{ ...words, reasoning_content: 'Let me "look".' }]);
  });
});

describe('nothing is touched', () => {
  test.each<[what: string, messages: Json[], quirks: Quirks, more: Json]>([
    ['where the thoughts are there', [user, { ...call, reasoning_content: 'hm' }], ALL, undefined],
    ['without tools', [user, said], ALL, {}],
    ['without thinking', [user, call], ALL, { tools, thinking: { type: 'disabled' } }],
    ['without thinking, in a word', [user, call], ALL, { tools, reasoning_effort: 'none' }],
    ['where thoughts are not needed', [user, call], { reasoningBack: 'reasoning_content' }, undefined],
    ['of what is no list', 'x' as Json, ALL, undefined],
  ])('%s', (_what, messages, quirks, more) => expect(sent(messages, quirks, more)).toBeUndefined());

  test('for a model that cannot think', () =>
    expect(sent([user, call], ALL, { tools }, 'deepseek-chat')).toBeUndefined());
});
