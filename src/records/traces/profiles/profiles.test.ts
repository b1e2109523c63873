// What each kind of destination reads, each shape with its source.
import { expect, test } from 'bun:test';
import { attributesOf, type AttemptSubject, type Profile } from '../attribute-row.ts';
import { textsOf, type Texts } from '../texts.ts';
import { failedOver } from '../traces.fixture.ts';
import { PROFILES } from './profiles.ts';

const TEXTS: Texts = textsOf(
  {
    isCut: false,
    conversation: {
      system: [{ type: 'text', text: 'Be brief.' }],
      turns: [
        { role: 'user', parts: [{ type: 'text', text: 'Weather in Paris?' }] },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: '{"city":"Paris"}' }],
        },
        { role: 'user', parts: [{ type: 'tool_result', callId: 'call_1', content: [{ type: 'text', text: 'rain' }] }] },
      ],
      tools: [{ type: 'function', name: 'weather', parameters: { type: 'object' } }],
      settings: {},
      stream: true,
      wantsUsage: false,
      unsupported: [],
    },
    completion: {
      id: undefined,
      model: undefined,
      createdAt: undefined,
      parts: [{ type: 'text', text: 'It rains.' }],
      finish: { reason: 'stop', raw: 'stop' },
      usage: undefined,
    },
  },
  (text) => text,
);

function served(): AttemptSubject {
  const exchange = failedOver();
  const tried = exchange.record.tries.at(-1);
  if (tried === undefined) throw new Error('no attempt');
  return { ...exchange, tried };
}

function told(profile: Profile, texts?: Texts): Record<string, unknown> {
  const subject = served();
  const attributes = attributesOf(profile.attempt, subject, (text) => text);
  const said = texts === undefined ? [] : profile.said(subject, texts);
  return Object.fromEntries([...attributes, ...said].map(({ key, value }) => [key, value]));
}

// https://github.com/open-telemetry/semantic-conventions/blob/v1.41.1/docs/gen-ai/gen-ai-spans.md#inference
const INFERENCE = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-sonnet-4-6',
  'gen_ai.request.stream': true,
  'gen_ai.request.max_tokens': 256,
  'gen_ai.request.temperature': 1,
  'gen_ai.request.top_k': 40,
  'gen_ai.request.stop_sequences': ['END'],
  'gen_ai.response.model': 'claude-sonnet-4-6-20260210',
  'gen_ai.response.finish_reasons': ['end_turn'],
  'gen_ai.conversation.id': 'session-7',
  'gen_ai.usage.input_tokens': 900,
  'gen_ai.usage.output_tokens': 300,
  'gen_ai.usage.cache_read.input_tokens': 500,
  'gen_ai.usage.reasoning.output_tokens': 120,
  'server.address': 'api.anthropic.com',
  'server.port': 443,
};

test('semconv: the inference span of the released conventions', () => {
  const attributes = told(PROFILES.semconv(false));
  expect(attributes).toMatchObject({ ...INFERENCE, 'gen_ai.usage.cache_creation.input_tokens': 100 });
  expect(attributes['gen_ai.response.time_to_first_chunk']).toBeCloseTo(0.18026);
  expect(attributes).toMatchObject({
    'llm_proxy.cost_usd': 0.00425,
    'llm_proxy.caller': 'proxy',
    'llm_proxy.team': 'research',
  });
  expect(attributes).not.toHaveProperty('error.type');
  expect(Object.keys(attributes).filter((key) => /message|instruction|tool/.test(key))).toEqual([]);
});

test('semconv: names of the conventions under development where they are asked for', () => {
  // https://github.com/open-telemetry/semantic-conventions-genai/blob/024a4f9/docs/gen-ai/client-inference.md
  const attributes = told(PROFILES.semconv(true));
  expect(attributes).toMatchObject({ ...INFERENCE, 'gen_ai.usage.cache_write.input_tokens': 100 });
  expect(attributes).not.toHaveProperty('gen_ai.usage.cache_creation.input_tokens');
});

test('semconv: texts by the JSON schemas of messages', () => {
  // https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai (gen-ai-input-messages.json and others)
  const attributes = told(PROFILES.semconv(false), TEXTS);
  const read = (key: string): unknown => JSON.parse(String(attributes[key]));
  expect(read('gen_ai.system_instructions')).toEqual([{ type: 'text', content: 'Be brief.' }]);
  expect(read('gen_ai.input.messages')).toEqual([
    { role: 'user', parts: [{ type: 'text', content: 'Weather in Paris?' }] },
    { role: 'assistant', parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Paris' } }] },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'rain' }] },
  ]);
  expect(read('gen_ai.output.messages')).toEqual([
    { role: 'assistant', parts: [{ type: 'text', content: 'It rains.' }], finish_reason: 'stop' },
  ]);
  expect(read('gen_ai.tool.definitions')).toEqual([
    { type: 'function', name: 'weather', parameters: { type: 'object' } },
  ]);
});

test('langfuse: a generation with its model, tokens and cost', () => {
  // https://github.com/langfuse/langfuse/blob/main/web/src/features/otel/server/attributes.ts
  const attributes = told(PROFILES.langfuse(false), TEXTS);
  const read = (key: string): unknown => JSON.parse(String(attributes[key]));
  expect(attributes).toMatchObject({
    'langfuse.observation.type': 'generation',
    'langfuse.observation.model.name': 'claude-sonnet-4-6-20260210',
    'langfuse.observation.level': 'DEFAULT',
    'gen_ai.system': 'anthropic',
    'gen_ai.usage.prompt_tokens': 900,
    'gen_ai.usage.completion_tokens': 300,
    'gen_ai.usage.cost': 0.00425,
  });
  expect(read('langfuse.observation.usage_details')).toEqual({
    input: 300,
    output: 180,
    total: 1200,
    input_cached_tokens: 500,
    input_cache_creation: 100,
    output_reasoning_tokens: 120,
  });
  expect(read('langfuse.observation.cost_details')).toEqual({ total: 0.00425 });
  expect(read('langfuse.observation.model.parameters')).toMatchObject({ max_tokens: 256 });
  expect(read('langfuse.observation.completion_start_time')).toBe('2026-11-22T12:00:00.310Z');
  expect(read('langfuse.observation.input')).toMatchObject({ messages: [{ role: 'system' }, {}, {}, {}] });
  expect(read('langfuse.observation.output')).toMatchObject([{ role: 'assistant' }]);
  const exchange = attributesOf(PROFILES.langfuse(false).exchange, failedOver(), (text) => text);
  const ofTrace = Object.fromEntries(exchange.map(({ key, value }) => [key, value]));
  expect(ofTrace).toMatchObject({
    'langfuse.trace.name': 'gpt-4',
    'user.id': 'user-9',
    'session.id': 'session-7',
    'langfuse.trace.tags': ['research', 'proxy'],
  });
});

test('openinference: an LLM span with flattened messages', () => {
  // https://github.com/Arize-ai/openinference/blob/00e2b51/spec/semantic_conventions.md
  const attributes = told(PROFILES.openinference(false), TEXTS);
  expect(attributes).toMatchObject({
    'openinference.span.kind': 'LLM',
    'llm.model_name': 'claude-sonnet-4-6-20260210',
    'llm.provider': 'anthropic',
    'llm.token_count.prompt': 900,
    'llm.token_count.completion': 300,
    'llm.token_count.total': 1200,
    'llm.token_count.prompt_details.cache_read': 500,
    'llm.token_count.prompt_details.cache_write': 100,
    'llm.token_count.completion_details.reasoning': 120,
    'llm.cost.total': 0.00425,
    'session.id': 'session-7',
    'user.id': 'user-9',
    'llm.input_messages.0.message.role': 'system',
    'llm.input_messages.0.message.content': 'Be brief.',
    'llm.input_messages.1.message.content': 'Weather in Paris?',
    'llm.input_messages.2.message.tool_calls.0.tool_call.function.name': 'weather',
    'llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments': '{"city":"Paris"}',
    'llm.input_messages.3.message.role': 'tool',
    'llm.input_messages.3.message.tool_call_id': 'call_1',
    'llm.input_messages.3.message.content': 'rain',
    'llm.output_messages.0.message.role': 'assistant',
    'llm.output_messages.0.message.content': 'It rains.',
    'input.mime_type': 'application/json',
  });
  expect(JSON.parse(String(attributes['llm.tools.0.tool.json_schema']))).toMatchObject({ name: 'weather' });
});

test('the failed attempt tells its failure, and nothing of the answer', () => {
  const exchange = failedOver();
  const [tried] = exchange.record.tries;
  if (tried === undefined) throw new Error('no attempt');
  for (const make of Object.values(PROFILES)) {
    const profile = make(false);
    const subject = { ...exchange, tried };
    const all = [...attributesOf(profile.attempt, subject, (text) => text), ...profile.said(subject, TEXTS)];
    expect(all).toContainEqual({ key: 'error.type', type: 'text', value: 'rate_limited' });
    expect(JSON.stringify(all)).not.toContain('It rains.');
  }
});
