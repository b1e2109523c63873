// Each vendor's own way to report, as its documentation or its answers have it, in classes that do not overlap.
import { describe, expect, test } from 'bun:test';
import { consumptionOf, sumOfConsumptions, totalTokens } from '../../src/core/consumption.ts';
import type { Consumption } from '../../src/core/token-classes.ts';
import { protocolOf } from '../../src/protocols/registry.ts';
import type { Json } from '../kit/json.ts';

function used(dialect: string, body: Json): Consumption {
  const usage = protocolOf(dialect).readUsage(body);
  if (usage === undefined) throw new Error('no usage');
  return consumptionOf(usage);
}

/** What is not zero, not empty and not undefined. */
function essence(consumption: Consumption): Json {
  return Object.fromEntries(
    Object.entries(consumption).filter(
      ([, value]) =>
        value !== 0 &&
        value !== undefined &&
        value !== false &&
        !(typeof value === 'object' && Object.keys(value).length === 0),
    ),
  );
}

const chat = (usage: Json, more: Json = {}): Json => ({
  choices: [{ index: 0, finish_reason: 'stop' }],
  usage,
  ...more,
});

describe('chat completions', () => {
  test.each([
    [
      'OpenAI: cached, sound and images are within the prompt, thoughts and sound within the completion',
      chat(
        {
          prompt_tokens: 1000,
          completion_tokens: 300,
          total_tokens: 1300,
          prompt_tokens_details: { cached_tokens: 400, audio_tokens: 100, image_tokens: 50 },
          completion_tokens_details: { reasoning_tokens: 120, audio_tokens: 80 },
        },
        { service_tier: 'priority' },
      ),
      {
        cacheRead: 400,
        audioIn: 100,
        imageIn: 50,
        input: 450,
        reasoning: 120,
        audioOut: 80,
        output: 100,
        tier: 'priority',
      },
    ],
    [
      'OpenAI: sound of the cache is read at the cache’s price',
      chat({
        prompt_tokens: 100,
        completion_tokens: 1,
        prompt_tokens_details: { cached_tokens: 60, audio_tokens: 50, cached_tokens_details: { audio_tokens: 40 } },
      }),
      { cacheRead: 60, audioIn: 10, input: 30, output: 1 },
    ],
    [
      'parts that are more than their whole are cut to it',
      chat({
        prompt_tokens: 10,
        completion_tokens: 10,
        total_tokens: 20,
        prompt_tokens_details: { cached_tokens: 9, audio_tokens: 9, image_tokens: 9 },
        completion_tokens_details: { reasoning_tokens: 4, audio_tokens: 9, image_tokens: 9 },
      }),
      { cacheRead: 9, audioIn: 1, reasoning: 4, audioOut: 6 },
    ],
    [
      'DeepSeek',
      chat({ prompt_tokens: 100, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36, completion_tokens: 7 }),
      { cacheRead: 64, input: 36, output: 7 },
    ],
    [
      'xAI: thoughts beside the completion, and the cost in ticks',
      chat({
        prompt_tokens: 32,
        completion_tokens: 9,
        total_tokens: 135,
        prompt_tokens_details: { text_tokens: 32, audio_tokens: 0, image_tokens: 0, cached_tokens: 6 },
        completion_tokens_details: { reasoning_tokens: 94, audio_tokens: 0 },
        cost_in_usd_ticks: 37_756_000,
      }),
      { cacheRead: 6, input: 26, reasoning: 94, output: 9, statedNanoUsd: 3_775_600 },
    ],
    [
      'thoughts that are more than the completion are beside it, whatever the total says',
      chat({ prompt_tokens: 1, completion_tokens: 9, completion_tokens_details: { reasoning_tokens: 94 } }),
      { input: 1, reasoning: 94, output: 9 },
    ],
    [
      'OpenRouter: cost, writes into the cache, tools',
      chat({
        prompt_tokens: 2317,
        completion_tokens: 53,
        total_tokens: 2370,
        cost: 0.0076509169,
        is_byok: false,
        prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 200, audio_tokens: 0, video_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0, image_tokens: 20, audio_tokens: 0 },
        cost_details: { upstream_inference_cost: 0.0006509169 },
        server_tool_use_details: { web_search_requests: 1, tool_calls_requested: 1, tool_calls_executed: 1 },
      }),
      {
        cacheRead: 100,
        cacheWrite5m: 200,
        input: 2017,
        imageOut: 20,
        output: 33,
        serverTools: { web_search: 1 },
        statedNanoUsd: 7_650_917,
      },
    ],
    [
      'OpenRouter with the user’s own key: what the provider behind it takes, too',
      chat({
        prompt_tokens: 326,
        completion_tokens: 91,
        cost: 0.00001,
        is_byok: true,
        cost_details: { upstream_inference_cost: 0.0003253 },
      }),
      { input: 326, output: 91, statedNanoUsd: 335_300 },
    ],
    ['a model that is free', chat({ prompt_tokens: 1, completion_tokens: 1, cost: 0 }), { input: 1, output: 1 }],
    [
      'Perplexity',
      chat({
        prompt_tokens: 33,
        completion_tokens: 7395,
        total_tokens: 7428,
        citation_tokens: 6000,
        num_search_queries: 18,
        reasoning_tokens: 73_999,
        cost: { input_tokens_cost: 0, output_tokens_cost: 0.059, request_cost: null, total_cost: 0.4157 },
      }),
      { input: 33, output: 7395, reasoning: 73_999, serverTools: { web_search: 18 }, statedNanoUsd: 415_700_000 },
    ],
    [
      'Mistral',
      chat({ prompt_tokens: 86, completion_tokens: 703, num_cached_tokens: 85, total_tokens: 789 }),
      { cacheRead: 85, input: 1, output: 703 },
    ],
    [
      'Moonshot, Together, Hugging Face',
      chat({ prompt_tokens: 20, completion_tokens: 5, cached_tokens: 8 }),
      { cacheRead: 8, input: 12, output: 5 },
    ],
    [
      'Moonshot’s stream',
      { choices: [{ finish_reason: 'stop', usage: { prompt_tokens: 20, completion_tokens: 5, cached_tokens: 8 } }] },
      { cacheRead: 8, input: 12, output: 5 },
    ],
    [
      'Groq’s stream',
      { choices: [], x_groq: { usage: { prompt_tokens: 20, completion_tokens: 5 } }, service_tier: 'flex' },
      { input: 20, output: 5, tier: 'flex' },
    ],
    [
      'Groq’s usual tier',
      chat({ prompt_tokens: 2, completion_tokens: 5 }, { service_tier: 'on_demand' }),
      { input: 2, output: 5 },
    ],
    [
      'Qwen: writes into its cache under Anthropic’s name',
      chat({
        prompt_tokens: 3019,
        completion_tokens: 104,
        prompt_tokens_details: { cached_tokens: 0, cache_creation_input_tokens: 2048 },
      }),
      { cacheWrite5m: 2048, input: 971, output: 104 },
    ],
    [
      'vLLM, Ollama, LM Studio, Cerebras, Fireworks, Zhipu, MiniMax, SiliconFlow, Azure',
      chat({ prompt_tokens: 18, completion_tokens: 2, total_tokens: 20, prompt_tokens_details: null }),
      { input: 18, output: 2 },
    ],
    [
      'llama.cpp',
      { choices: [], timings: { prompt_n: 1, cache_n: 2, predicted_n: 9 } },
      { cacheRead: 2, input: 1, output: 9 },
    ],
  ])('%s', (_what, body, expected) => expect(essence(used('openai-chat', body))).toEqual(expected));

  test('a stated cost of nothing is one', () => {
    const { statedNanoUsd } = used('openai-chat', chat({ prompt_tokens: 1, completion_tokens: 1, cost: 0 }));
    expect(statedNanoUsd).toBe(0);
  });

  test.each([['free'], ['0.1'], [-0.1], [1e300], [[]], [{}], [true]])(
    'a cost that is none, %j, is not stated',
    (cost) => {
      const { statedNanoUsd, input } = used('openai-chat', chat({ prompt_tokens: 1, completion_tokens: 1, cost }));
      expect([statedNanoUsd, input]).toEqual([undefined, 1]);
    },
  );
});

describe('other endpoints of OpenAI’s kind', () => {
  test.each([
    ['Jina and Voyage: a total alone is input', { data: [], usage: { total_tokens: 38 } }, { input: 38 }],
    [
      'Cohere’s rerank',
      { results: [], meta: { billed_units: { search_units: 1 }, tokens: { input_tokens: 120, output_tokens: 0 } } },
      { input: 120, units: { search: 1 } },
    ],
    [
      'transcription by tokens',
      {
        text: 'hi',
        usage: {
          type: 'tokens',
          input_tokens: 114,
          input_token_details: { text_tokens: 14, audio_tokens: 100 },
          output_tokens: 45,
          total_tokens: 159,
        },
      },
      { input: 14, audioIn: 100, output: 45 },
    ],
    ['transcription by seconds', { text: 'hi', usage: { type: 'duration', seconds: 12.4 } }, { units: { second: 13 } }],
    ['Whisper’s own account', { task: 'transcribe', duration: '8.47', text: 'hi' }, { units: { second: 9 } }],
    [
      'Voxtral',
      { text: 'hi', usage: { prompt_audio_seconds: 203, prompt_tokens: 4, completion_tokens: 5, total_tokens: 3264 } },
      { input: 4, output: 5, units: { second: 203 } },
    ],
    [
      'images by tokens',
      {
        data: [{ b64_json: 'x' }],
        usage: {
          input_tokens: 50,
          input_tokens_details: { text_tokens: 10, image_tokens: 40 },
          output_tokens: 300,
          output_tokens_details: { image_tokens: 280, text_tokens: 20 },
        },
      },
      { input: 10, imageIn: 40, imageOut: 280, output: 20 },
    ],
    ['images by number', { created: 1, data: [{ url: 'https://x/1' }, { b64_json: 'x' }] }, { units: { image: 2 } }],
  ])('%s', (_what, body, expected) => expect(essence(used('openai-chat', body))).toEqual(expected));
});

describe('responses', () => {
  test('tools are counted by their calls, pages that a search opens are none', () => {
    const call = (type: string, more: Json = {}): Json => ({ type, id: 'x', status: 'completed', ...more });
    const body = {
      status: 'completed',
      service_tier: 'flex',
      output: [
        call('web_search_call', { action: { type: 'search', query: 'a' } }),
        call('web_search_call', { action: { type: 'open_page', url: 'https://x' } }),
        call('web_search_call'),
        call('file_search_call'),
        call('code_interpreter_call', { container_id: 'c1' }),
        call('code_interpreter_call', { container_id: 'c1' }),
        call('code_interpreter_call', { container_id: 'c2' }),
      ],
      usage: {
        input_tokens: 100,
        input_tokens_details: { cached_tokens: 40, cache_write_tokens: 10 },
        output_tokens: 20,
        output_tokens_details: { reasoning_tokens: 12 },
      },
    };
    const expected = {
      cacheRead: 40,
      cacheWrite5m: 10,
      input: 50,
      reasoning: 12,
      output: 8,
      tier: 'flex',
      serverTools: { web_search: 2, file_search: 1, code_interpreter: 2 },
    };
    expect(essence(used('openai-responses', body))).toEqual(expected);
    const reader = protocolOf('openai-responses').stream.read();
    reader.see({ type: 'response.created', response: { status: 'in_progress', service_tier: 'auto' } });
    reader.see({ type: 'response.completed', response: body });
    expect(essence(consumptionOf(reader.usage ?? (used('openai-responses', {}) as never)))).toEqual(expected);
  });
});

describe('messages', () => {
  const usage = {
    input_tokens: 4,
    cache_read_input_tokens: 14_714,
    cache_creation_input_tokens: 500,
    cache_creation: { ephemeral_5m_input_tokens: 379, ephemeral_1h_input_tokens: 121 },
    output_tokens: 290,
    output_tokens_details: { thinking_tokens: 19 },
    server_tool_use: { web_search_requests: 3, web_fetch_requests: 0 },
    service_tier: 'batch',
  };

  test('the cache is beside the input, in two parts', () => {
    const expected = {
      input: 4,
      cacheRead: 14_714,
      cacheWrite5m: 379,
      cacheWrite1h: 121,
      reasoning: 19,
      output: 271,
      tier: 'batch',
      serverTools: { web_search: 3 },
    };
    expect(essence(used('anthropic-messages', { usage }))).toEqual(expected);
  });

  test.each([
    ['unknown', {}, { cacheWrite5m: 500, cacheWrite1h: 0 }],
    ['all for an hour', { cache_creation: { ephemeral_1h_input_tokens: 500 } }, { cacheWrite5m: 0, cacheWrite1h: 500 }],
    [
      'that of the first of several steps',
      { cache_creation: { ephemeral_5m_input_tokens: 50, ephemeral_1h_input_tokens: 50 } },
      { cacheWrite5m: 250, cacheWrite1h: 250 },
    ],
    [
      'told by steps',
      {
        cache_creation: { ephemeral_1h_input_tokens: 100 },
        iterations: [
          { type: 'message', cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 100 } },
          { type: 'message', cache_creation: { ephemeral_5m_input_tokens: 400, ephemeral_1h_input_tokens: 0 } },
          {
            type: 'advisor_message',
            cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 9000 },
          },
        ],
      },
      { cacheWrite5m: 400, cacheWrite1h: 100 },
    ],
    ['only in parts', { cache_creation_input_tokens: undefined }, { cacheWrite5m: 379, cacheWrite1h: 121 }],
  ])('what was written into the cache, its split %s', (_what, more, expected) => {
    const body = { usage: { ...usage, ...(_what === 'only in parts' ? {} : { cache_creation: undefined }), ...more } };
    expect(used('anthropic-messages', body)).toMatchObject(expected);
  });

  test('a stream has the split at its beginning and the sums at its end', () => {
    const reader = protocolOf('anthropic-messages').stream.read();
    reader.see({ type: 'message_start', message: { model: 'claude', usage: { ...usage, output_tokens: 1 } } });
    reader.see({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { output_tokens: 290, cache_creation_input_tokens: 1000, server_tool_use: { web_search_requests: 4 } },
    });
    const { usage: told, model, finishReason } = reader;
    expect(consumptionOf(told ?? fail())).toMatchObject({
      cacheWrite5m: 758,
      cacheWrite1h: 242,
      tier: 'batch',
      serverTools: { web_search: 4 },
    });
    expect([model, finishReason]).toEqual(['claude', 'end_turn']);
  });

  test('compaction is beside the sums, and so is advice, which is another model’s', () => {
    const iterations = [
      { type: 'compaction', input_tokens: 1000, output_tokens: 50 },
      { type: 'message', input_tokens: 4, output_tokens: 290 },
      { type: 'advisor_message', input_tokens: 2543, output_tokens: 18, model: 'claude-opus' },
    ];
    const { input, output, reasoning, serverTools } = used('anthropic-messages', { usage: { ...usage, iterations } });
    expect([input, output + reasoning, serverTools]).toEqual([1004, 340, { web_search: 3, advisor: 1 }]);
  });

  test('fast answers are a tier', () => {
    expect(used('anthropic-messages', { usage: { ...usage, speed: 'fast', service_tier: 'standard' } }).tier).toBe(
      'fast',
    );
    expect(used('anthropic-messages', { usage: { ...usage, service_tier: 'standard' } }).tier).toBeUndefined();
  });
});

describe('gemini', () => {
  test('thoughts are beside the candidates, input of tools beside the prompt, the cache within it', () => {
    const usageMetadata = {
      promptTokenCount: 1000,
      toolUsePromptTokenCount: 90,
      cachedContentTokenCount: 300,
      candidatesTokenCount: 105,
      thoughtsTokenCount: 131,
      totalTokenCount: 1326,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 500 },
        { modality: 'AUDIO', tokenCount: 200 },
        { modality: 'IMAGE', tokenCount: 258 },
        { modality: 'VIDEO', tokenCount: 42 },
      ],
      cacheTokensDetails: [
        { modality: 'TEXT', tokenCount: 250 },
        { modality: 'AUDIO', tokenCount: 50 },
      ],
      toolUsePromptTokensDetails: [{ modality: 'TEXT', tokenCount: 90 }],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 100 }],
      trafficType: 'ON_DEMAND_PRIORITY',
    };
    const groundingMetadata = { webSearchQueries: ['a', 'b'] };
    const consumption = used('gemini', { candidates: [{ groundingMetadata }], usageMetadata });
    expect(essence(consumption)).toEqual({
      cacheRead: 300,
      audioIn: 150,
      imageIn: 258,
      input: 382,
      reasoning: 131,
      imageOut: 100,
      output: 5,
      tier: 'priority',
      serverTools: { google_search: 2 },
    });
    expect(totalTokens(consumption)).toBe(usageMetadata.totalTokenCount);
  });

  test.each([
    ['standard', undefined],
    ['flex', 'flex'],
    ['SERVICE_TIER_UNSPECIFIED', undefined],
  ])('the tier %s', (serviceTier, tier) =>
    expect(used('gemini', { usageMetadata: { promptTokenCount: 1, serviceTier } }).tier).toBe(tier as never),
  );
});

test('what several attempts used is summed', () => {
  const one = used('openai-chat', chat({ prompt_tokens: 9, completion_tokens: 4, cost: 0.1 }));
  const other = used('anthropic-messages', {
    usage: {
      input_tokens: 1,
      cache_read_input_tokens: 2,
      output_tokens: 3,
      server_tool_use: { web_search_requests: 1 },
    },
  });
  expect(sumOfConsumptions([])).toBeUndefined();
  expect(sumOfConsumptions([one])).toEqual(one);
  expect(essence(sumOfConsumptions([one, other, { ...other, estimated: true }]) ?? fail())).toEqual({
    input: 11,
    cacheRead: 4,
    output: 10,
    serverTools: { web_search: 2 },
    estimated: true,
  });
});

function fail(): never {
  throw new Error('there is none');
}
