import { describe, expect, test } from 'bun:test';
import type { Json } from '../../../test/kit/json.ts';
import type { Quirks } from '../../core/route.ts';
import { fitToModel } from './fit-to-model.ts';

const CALLS: Quirks = { reasoningBack: 'reasoning_content', thoughtsNeeded: 'calls' };
const ALL: Quirks = { ...CALLS, thoughtsNeeded: 'all' };
const BLANK = { type: 'thinking', thinking: ' ', signature: '' };
const USE = { type: 'tool_use', id: 'c', name: 'f', input: {} };
const user = { role: 'user', content: 'q' };
const said = (...content: Json[]): Json => ({ role: 'assistant', content });

function sent(messages: Json[], quirks: Quirks, more: Json = {}, model = 'kimi-k2.5'): Json[] | undefined {
  const text = JSON.stringify({ n: 1.5, messages, tools: [{ name: 'f' }], ...more }, null, 1);
  const fitted = fitToModel(text, JSON.parse(text), model, quirks);
  return fitted === undefined ? undefined : JSON.parse(fitted.text).messages;
}

describe('a turn that another backend served', () => {
  test('gets a blank thought, where calls or all need one', () => {
    const text = { type: 'text', text: 'a' };
    expect(sent([user, said(USE), said(text)], CALLS)).toEqual([user, said(BLANK, USE), said(text)]);
    expect(sent([user, said(USE), said(text)], ALL)).toEqual([user, said(BLANK, USE), said(BLANK, text)]);
    expect(sent([user, { role: 'assistant', content: 'a' }, user], ALL)).toEqual([user, said(BLANK, text), user]);
  });

  test.each<[what: string, messages: Json[], more: Json, model: string]>([
    ['whose thoughts are there', [user, said({ ...BLANK, thinking: 'hm' }, USE)], {}, 'kimi-k2.5'],
    ['without thinking', [user, said(USE)], { thinking: { type: 'disabled' } }, 'kimi-k2.5'],
    ['for a model that cannot think', [user, said(USE)], {}, 'moonshot-v1-8k'],
    ['for Claude', [user, said(USE)], {}, 'claude-sonnet-4-5'],
  ])('is not touched %s', (_what, messages, more, model) => expect(sent(messages, ALL, more, model)).toBeUndefined());
});
