import { describe, expect, test } from 'bun:test';
import { conversationStart } from './conversation.ts';
import { itemIdsOf, responseIdOf, storedStateOf } from './response-id.ts';

describe('responseIdOf', () => {
  test.each([
    [{ object: 'response', id: 'resp_1' }, 'resp_1'],
    [{ type: 'response.created', response: { id: 'resp_1' } }, 'resp_1'],
    [{ type: 'response.output_text.delta', item_id: 'msg_1' }, undefined],
    [{ object: 'list', id: 'x' }, undefined],
    [null, undefined],
  ])('%j: %p', (body, id) => expect(responseIdOf(body)).toBe(id as string));
});

describe('itemIdsOf', () => {
  const output = [{ id: 'rs_1' }, { type: 'message', id: 'msg_1' }, {}, null];
  test.each([
    [{ object: 'response', output }, ['rs_1', 'msg_1']],
    [{ type: 'response.completed', response: { output } }, ['rs_1', 'msg_1']],
    [{ object: 'list', data: output }, ['rs_1', 'msg_1']],
    [{ type: 'response.output_item.added', item: { id: 'fc_1' } }, ['fc_1']],
    [{ type: 'response.output_text.delta', item_id: 'msg_1', delta: 'x' }, []],
    [null, []],
  ])('%j: %j', (body, ids) => expect(itemIdsOf(body)).toEqual(ids));
});

describe('storedStateOf', () => {
  test.each([
    [{ input: 'x' }, []],
    [{ previous_response_id: 'resp_1', conversation: null }, ['resp_1']],
    [{ conversation: 'conv_1' }, ['conv_1']],
    [{ conversation: { id: 'conv_1' } }, ['conv_1']],
    [
      { input: [{ type: 'item_reference', id: 'rs_1' }, { id: 'msg_1' }, { role: 'user', id: 'msg_2' }] },
      ['rs_1', 'msg_1'],
    ],
  ])('%j: %j', (body, ids) => expect(storedStateOf(body)).toEqual(ids));
});

describe('conversationStart', () => {
  const [system, first] = [
    { role: 'developer', content: 'D' },
    { role: 'user', content: 'U' },
  ];
  test('stays the same from turn to turn', () => {
    const input = [system, first];
    const later = [...input, { role: 'assistant', content: 'A' }, { role: 'user', content: 'V' }];
    expect(conversationStart({ instructions: 'I', input: later })).toBe(
      conversationStart({ instructions: 'I', input }),
    );
    expect(conversationStart({ instructions: 'J', input })).not.toBe(conversationStart({ instructions: 'I', input }));
    expect(conversationStart({ input: 'hello' })).not.toBe(conversationStart({ input: 'good bye' }));
  });

  test.each([
    [{ prompt_cache_key: 'k', input: 'x' }, 'k'],
    [{ conversation: { id: 'c' }, prompt_cache_key: 'k' }, 'c'],
    [{ previous_response_id: 'r', input: 'x' }, 'r'],
  ])('is the name that %j has', (body, name) => expect(conversationStart(body)).toBe(name));
});
