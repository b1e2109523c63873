import { describe, expect, test } from 'bun:test';
import type { Json } from '../../../test/kit/json.ts';
import { fitToModel } from './fit-to-model.ts';
import { field, leftOut } from '../../core/unsupported-feature.ts';

const CALL = { type: 'tool_use', id: 't', name: 'f', input: {} };
const RESULT = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'ok' }] };
const THOUGHT = { type: 'thinking', thinking: 'hm', signature: 's' };
const CLEARING = { type: 'clear_thinking_20251015', keep: 'all' };
const BUDGET = { type: 'enabled', budget_tokens: 2000 };

const CLAUDE = 'claude-sonnet-4-5';

function request(content: Json[], more: Json = {}): Json {
  return {
    model: 'm',
    thinking: BUDGET,
    messages: [{ role: 'user', content: 'Hi' }, { role: 'assistant', content }, RESULT],
    ...more,
  };
}

function fitted(body: Json, model = CLAUDE) {
  const text = JSON.stringify(body, null, 1);
  const found = fitToModel(text, JSON.parse(text), model);
  return found === undefined ? undefined : { ...found, body: JSON.parse(found.text) };
}

describe('a tool loop whose call came without thoughts', () => {
  test('goes on without thinking, and that is named', () => {
    const { thinking: _thinking, ...rest } = request([CALL]);
    expect(fitted(request([CALL]))).toMatchObject({ unsupported: [leftOut(field('thinking'))], body: rest });
    expect(fitted(request([CALL]))?.body).not.toHaveProperty('thinking');
  });

  test.each<[string, Json[], Json[] | undefined]>([
    ['alone', [CLEARING], undefined],
    ['first', [CLEARING, { type: 'clear_tool_uses_20250919' }], [{ type: 'clear_tool_uses_20250919' }]],
    ['last', [{ type: 'clear_tool_uses_20250919' }, CLEARING], [{ type: 'clear_tool_uses_20250919' }]],
  ])('without the edits that clear thoughts, %s', (_where, edits, left) => {
    const body = request([{ type: 'text', text: 'Wait.' }, CALL], { context_management: { edits, x: 1 }, z: 1 });
    expect(fitted(body)?.body['context_management']).toEqual(left === undefined ? undefined : { edits: left, x: 1 });
    expect(fitted(body)?.body['z']).toBe(1);
  });

  test.each<[string, Json, string]>([
    ['with thoughts in front', request([THOUGHT, CALL]), CLAUDE],
    ['with redacted ones', request([{ type: 'redacted_thinking', data: 'x' }, CALL]), CLAUDE],
    ['without a call', request([{ type: 'text', text: 'a' }]), CLAUDE],
    ['without thinking', request([CALL], { thinking: { type: 'disabled' } }), CLAUDE],
    ['where the model adapts', request([CALL], { thinking: { type: 'adaptive' } }), CLAUDE],
    [
      'that ends with the call',
      request([CALL], {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: [CALL] },
        ],
      }),
      CLAUDE,
    ],
    ['of a model that wants no thoughts back', request([CALL]), 'deepseek-v4'],
  ])('%s stays as it is', (_what, body, model) => expect(fitted(body, model)).toBeUndefined());
});
