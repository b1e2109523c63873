import { describe, expect, test } from 'bun:test';
import { Refusal } from '../../core/refusal.ts';
import { resolveReferences } from './references.ts';

const OWN = new Set(['rs_own', 'msg_own']);

/** As for one of many callers: `sealed…` opens, ids of its own are known, one item is kept by the gateway. */
function resolve(text: string, hasManyCallers = true): string {
  const refuse = (field: string): never => {
    throw new Refusal('resource_not_found', 'not here', { param: field });
  };
  return resolveReferences(text, JSON.parse(text) as Record<string, unknown>, {
    item: (id) => (id === 'msg_kept' ? '{"role":"assistant","content":"K"}' : undefined),
    refer: (id, field) =>
      id.startsWith('sealed-') ? id.slice(7) : !hasManyCallers || OWN.has(id) ? id : refuse(field),
    isOwn: hasManyCallers ? (id) => OWN.has(id) : undefined,
  });
}

describe('resolveReferences', () => {
  test.each([
    [
      'an earlier response',
      '{"previous_response_id":"sealed-resp_1","x":1.0}',
      '{"previous_response_id":"resp_1","x":1.0}',
    ],
    ['a conversation', '{"conversation": "sealed-conv_1"}', '{"conversation": "conv_1"}'],
    ['one in an object', '{"conversation":{"id":"sealed-conv_1"}}', '{"conversation":{"id":"conv_1"}}'],
    [
      'an item that is kept here',
      '{"input":[{"id":"msg_kept"},{"type":"item_reference","id":"rs_own"}, 7]}',
      '{"input":[{"role":"assistant","content":"K"},{"type":"item_reference","id":"rs_own"}, 7]}',
    ],
    [
      'the id of an item that is not its own, and can do without',
      '{"input":[{"type":"reasoning","id":"rs_x","summary":[]},{"role":"assistant","id":"msg_own","content":"a"},{"role":"user","content":"b" , "id":"z"}]}',
      '{"input":[{"type":"reasoning","summary":[]},{"role":"assistant","id":"msg_own","content":"a"},{"role":"user","content":"b" }]}',
    ],
  ])('puts in its place: %s', (_what, text, expected) => expect(resolve(text)).toBe(expected));

  test.each([
    ['{"previous_response_id":"resp_1"}', 'previous_response_id'],
    ['{"conversation":"conv_1"}', 'conversation'],
    ['{"input":[{"type":"item_reference","id":"rs_x"}]}', 'input'],
    ['{"input":[{"id":"rs_x"}]}', 'input'],
    ['{"input":[{"type":"image_generation_call","id":"ig_x"}]}', 'input'],
    // What another parser might see.
    ['{"previous_response_id":"resp_1","previous_response_id":null}', 'previous_response_id'],
    ['{"Previous_Response_ID":"resp_1"}', 'Previous_Response_ID'],
    ['{"input":[{"type":"item_reference","id":"rs_x"}],"\\u0069nput":"hello"}', 'input'],
    ['{"input":[{"id":"rs_x","role":"user","content":"a","id":null}]}', 'input[0].id'],
    ['{"input":[{"type":"item_reference","type":"message","id":"rs_x","role":"user","content":"a"}]}', 'input[0].type'],
    ['{"input":[{"ID":"rs_x","role":"user","content":"a"}]}', 'input[0].ID'],
  ])('refuses %s where there are many callers', (text, param) => {
    let refusal: unknown;
    try {
      resolve(text);
    } catch (error) {
      refusal = error;
    }
    expect(refusal instanceof Refusal ? refusal.details.param : refusal).toBe(param);
  });

  test.each([
    '{"previous_response_id":"resp_1","input":[{"type":"item_reference","id":"rs_x"},{"type":"reasoning","id":"rs_y"}]}',
    '{"input":"hello"}',
  ])('leaves %s alone where there is one', (text) => expect(resolve(text, false)).toBe(text));
});
