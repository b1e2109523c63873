// Bodies of any kind: nothing but a refusal may come of them.
import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { MARK } from '../../core/signature.ts';
import { Refusal } from '../../core/refusal.ts';
import { MalformedAnswer } from '../codec.ts';
import { codec } from './codec.ts';
import { anthropicMessages } from './protocol.ts';

const word = fc.constantFrom(
  ...'text image document search_result tool_use tool_result thinking redacted_thinking server_tool_use base64 url'.split(
    ' ',
  ),
  ...'content file user assistant system auto tool any web_search_result_location char_location message_start'.split(
    ' ',
  ),
  ...'content_block_start content_block_delta content_block_stop message_delta message_stop text_delta error'.split(
    ' ',
  ),
  ...'input_json_delta signature_delta citations_delta end_turn tool_use refusal enabled adaptive'.split(' '),
  MARK,
  `${MARK}eyJwIjoieCJ9IAo=`,
);
const key = fc.constantFrom(
  ...'type text content source data url role messages system tools tool_choice name id input thinking signature'.split(
    ' ',
  ),
  ...'index delta content_block message usage input_tokens stop_reason citations cache_control output_config'.split(
    ' ',
  ),
  ...'error format schema effort title context metadata user_id stop_sequences max_tokens is_error'.split(' '),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: 'large' },
    word,
    fc.constantFrom(null, 0, 1, -1, true, '', 1e300),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 7 }),
  ),
}));
const body = fc.dictionary(key, value, { maxKeys: 8 });
const requests = fc.record(
  { messages: fc.array(fc.record({ role: fc.constantFrom('user', 'assistant', 'system'), content: fc.array(body) })) },
  { requiredKeys: [] },
);

/** What `attempt` gives, unless it throws what it may. */
function orRefused<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof Refusal || error instanceof MalformedAnswer) return undefined;
    throw error;
  }
}

test('requests', () =>
  fc.assert(
    fc.property(body, requests, (fields, more) => {
      const request = { ...fields, ...more };
      const conversation = orRefused(() => codec.decodeRequest(request, { stream: false }));
      if (conversation === undefined) return;
      for (const model of ['claude-sonnet-4-5', 'claude-opus-4-8']) {
        try {
          JSON.stringify(codec.encodeRequest(conversation, { model, quirks: {} }).body);
        } catch (error) {
          expect((error as Error).name).toBe('UnsupportedFeatureError');
        }
      }
    }),
  ));

test('answers and events', () => {
  const conversation = codec.decodeRequest({ messages: [] }, { stream: true });
  const request = codec.encodeRequest(conversation, { model: 'claude-sonnet-4-5', quirks: {} });
  const reply = { conversation, model: 'm', id: 'id', now: 0 };
  fc.assert(
    fc.property(body, fc.array(body), (answer, events) => {
      const completion = orRefused(() => request.decodeAnswer(answer));
      if (completion !== undefined) JSON.stringify(codec.encodeAnswer(completion, reply));
      anthropicMessages.stream.fromPlain(answer);
      anthropicMessages.readUsage(answer);
      anthropicMessages.errors.asEvent(answer);
      const decoder = request.decodeStream();
      const encoder = codec.encodeStream(reply);
      const reader = anthropicMessages.stream.read();
      for (const event of events) {
        for (const said of decoder.push(event, undefined)) encoder.push(said);
        reader.see(event);
      }
      for (const said of decoder.end()) encoder.push(said);
      expect(encoder.end()).toEndWith('data: {"type":"message_stop"}\n\n');
    }),
  );
});

test('edits of a text leave JSON', () => {
  const texts = { before: 'b', after: 'a', alone: 'x' };
  fc.assert(
    fc.property(body, requests, fc.boolean(), (fields, more, spaced) => {
      const request = { ...fields, ...more };
      const text = JSON.stringify(request, null, spaced ? 1 : undefined);
      JSON.parse(anthropicMessages.injectSystem(text, request, { ...texts, escaped: texts }));
      JSON.parse(anthropicMessages.removeForeignSignatures(text, request, 'm'));
      anthropicMessages.conversationStart(request);
    }),
  );
});
