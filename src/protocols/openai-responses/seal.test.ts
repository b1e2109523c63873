import { describe, expect, test } from 'bun:test';
import { sealIds } from './seal.ts';

const sealed = (text: string): string => sealIds(text, JSON.parse(text), (id) => `${id}~`);

describe('sealIds', () => {
  test.each([
    [
      'a response',
      '{ "id" : "resp_1","object":"response","output":[{"id":"msg_1"}],"previous_response_id":"resp_0","x":1.0}',
      '{ "id" : "resp_1~","object":"response","output":[{"id":"msg_1"}],"previous_response_id":"resp_0~","x":1.0}',
    ],
    [
      'one that was deleted',
      '{"id":"resp_1","object":"response.deleted","deleted":true}',
      '{"id":"resp_1~","object":"response.deleted","deleted":true}',
    ],
    [
      'an event',
      '{"type":"response.created","id":"x","response":{"previous_response_id":null,"conversation":{"id":"conv_1"},"id":"resp_1"}}',
      '{"type":"response.created","id":"x","response":{"previous_response_id":null,"conversation":{"id":"conv_1~"},"id":"resp_1~"}}',
    ],
    [
      'a key that is written twice',
      '{"response":{"id":"resp_0"},"response":{"id":"resp_1","\\u0069d":"resp_2"}}',
      '{"response":{"id":"resp_0"},"response":{"id":"resp_2~","\\u0069d":"resp_2~"}}',
    ],
  ])('changes the ids of %s and nothing else', (_what, text, expected) => expect(sealed(text)).toBe(expected));

  test.each([
    '{"type":"response.output_text.delta","item_id":"msg_1","delta":"\\"id\\":\\"resp_1\\""}',
    '{"object":"list","data":[{"id":"msg_1"}],"first_id":"msg_1"}',
    '{"object":"response.compaction","id":"cmp_1"}',
    '{"object":"response","id":7}',
    '[]',
    'null',
  ])('leaves %s alone', (text) => expect(sealed(text)).toBe(text));
});
