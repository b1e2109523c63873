// What is written, as values of the SDK's types: a field that those lack or demand does not compile.
import type {
  Message,
  MessageCreateParamsNonStreaming,
  RawMessageDeltaEvent,
  RawMessageStartEvent,
} from '@anthropic-ai/sdk/resources/messages';
import { expect, test } from 'bun:test';
import { unfold, type Completion } from '../../core/completion.ts';
import type { Conversation } from '../../core/conversation.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { MessageStreamEncoder } from './encode-stream.ts';

const conversation: Conversation = {
  system: [{ type: 'text', text: 's', cacheControl: { type: 'ephemeral' } }],
  turns: [
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'q' },
        { type: 'media', kind: 'image', source: { from: 'base64', mediaType: 'image/png', data: 'AA==' } },
        { type: 'media', kind: 'document', name: 't', source: { from: 'url', url: 'https://a/b.pdf' } },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', text: 'hm', signature: { protocol: 'anthropic-messages', value: 'sig' } },
        { type: 'tool_call', id: '1', name: 'n', arguments: '{"a":1}' },
      ],
    },
    {
      role: 'user',
      parts: [{ type: 'tool_result', callId: '1', content: [{ type: 'text', text: 'r' }], isError: true }],
    },
    { role: 'system', parts: [{ type: 'text', text: 'now' }] },
  ],
  tools: [{ type: 'function', name: 'n', description: 'd', parameters: { type: 'object', properties: {} } }],
  toolChoice: { mode: 'auto' },
  reasoning: { effort: 'high', visible: true },
  output: { type: 'schema', schema: { type: 'object', properties: {}, additionalProperties: false } },
  settings: { maxTokens: 5000, stop: ['x'], user: 'u', parallelToolCalls: false },
  stream: false,
  wantsUsage: false,
  unsupported: [],
};

const completion: Completion = {
  id: 'msg_1',
  model: 'up',
  createdAt: undefined,
  parts: [
    { type: 'reasoning', text: 'hm', signature: { protocol: 'anthropic-messages', value: 'sig' } },
    { type: 'text', text: 'a', citations: [{ kind: 'document', title: 't', citedText: 'c', documentIndex: 1 }] },
    { type: 'tool_call', id: '1', name: 'n', arguments: '{"a":1}' },
  ],
  finish: { reason: 'tool_calls', raw: undefined },
  usage: { promptTokens: 9, completionTokens: 4, cachedTokens: 3, reasoningTokens: 2 },
};

const reply = { conversation, model: 'asked-for', id: 'id', now: 0 };

test('a request', () => {
  const expected: MessageCreateParamsNonStreaming = {
    model: 'claude-opus-4-8',
    max_tokens: 5000,
    system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'q' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
          { type: 'document', title: 't', source: { type: 'url', url: 'https://a/b.pdf' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'sig' },
          { type: 'tool_use', id: '1', name: 'n', input: { a: 1 } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: '1', content: 'r', is_error: true }] },
      { role: 'system', content: [{ type: 'text', text: 'now' }] },
    ],
    tools: [{ name: 'n', description: 'd', input_schema: { type: 'object', properties: {} } }],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    stop_sequences: ['x'],
    metadata: { user_id: 'u' },
    thinking: { type: 'adaptive', display: 'summarized' },
    output_config: {
      effort: 'high',
      format: { type: 'json_schema', schema: { type: 'object', properties: {}, additionalProperties: false } },
    },
  };
  const { body, unsupported } = encodeRequest(conversation, { model: 'claude-opus-4-8', quirks: {} });
  expect(JSON.parse(JSON.stringify(body))).toEqual(expected);
  expect(unsupported).toEqual([]);
});

const usage: Message['usage'] = {
  input_tokens: 6,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 3,
  output_tokens: 4,
  output_tokens_details: { thinking_tokens: 2 },
  server_tool_use: null,
  cache_creation: null,
  inference_geo: null,
  service_tier: null,
  speed: null,
};

test('an answer', () => {
  const expected: Message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'asked-for',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      {
        type: 'text',
        text: 'a',
        citations: [
          {
            type: 'char_location',
            cited_text: 'c',
            document_index: 1,
            document_title: 't',
            file_id: null,
            start_char_index: 0,
            end_char_index: 0,
          },
        ],
      },
      { type: 'tool_use', id: '1', name: 'n', input: { a: 1 }, caller: { type: 'direct' } },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage,
  };
  expect(encodeAnswer(completion, reply)).toEqual({ ...expected });
});

test('the beginning and the end of a stream', () => {
  const encoder = new MessageStreamEncoder(reply);
  const text = [...unfold(completion)].map((event) => encoder.push(event)).join('') + encoder.end();
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as unknown);
  const start: RawMessageStartEvent['type'] = 'message_start';
  const message: Message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'asked-for',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: {
      ...usage,
      input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 0,
      output_tokens_details: null,
    },
  };
  const end: RawMessageDeltaEvent = {
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null, stop_details: null, container: null },
    usage: {
      input_tokens: 6,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 3,
      output_tokens: 4,
      output_tokens_details: { thinking_tokens: 2 },
      server_tool_use: null,
    },
  };
  expect(events[0]).toEqual({ type: start, message });
  expect(events.at(-2)).toEqual(end);
  expect(events.at(-1)).toEqual({ type: 'message_stop' });
});
