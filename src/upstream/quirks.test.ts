import { expect, test } from 'bun:test';
import { quirksFor } from '../core/quirks.ts';
import { BY_TYPE } from '../vendors/thinking-controls.ts';
import { VENDORS } from '../vendors/vendors.ts';
import { quirksOf } from './quirks.ts';

const named = (name: string) => VENDORS.find((vendor) => vendor.name === name);

test('a server of nobody in particular is taken for one of open models', () => {
  expect(quirksOf(undefined)).toMatchObject({ systemFirst: true, turnsAlternate: true });
});

test.each(['vllm', 'lmstudio', 'ollama', 'together', 'fireworks', 'siliconflow', 'groq', 'cerebras'])(
  '%s fills in templates',
  (name) => expect(quirksOf(named(name))).toMatchObject({ systemFirst: true, turnsAlternate: true }),
);

test.each(['mistral', 'minimax', 'qwen', 'openrouter'])('%s wants the system first', (name) =>
  expect(quirksOf(named(name)).systemFirst).toBe(true),
);

test.each(['openai', 'azure', 'deepseek', 'xai'])('%s takes the system anywhere', (name) =>
  expect(quirksOf(named(name)).systemFirst).toBeUndefined(),
);

test('what the config says stands over what is known, key by key', () => {
  const { models: _rows, ...mistral } = named('mistral')?.quirks ?? {};
  const { models: _models, ...quirks } = quirksOf(named('mistral'), {
    reasoning_back: 'none',
    call_id_length: 40,
    fields: { top_k: true },
    system_first: false,
  });
  expect(quirks).toEqual({
    ...mistral,
    systemFirst: false,
    reasoningBack: undefined,
    callIdLength: 40,
    fields: { ...mistral.fields, top_k: true },
  });
  expect(quirksOf(undefined, { turns_alternate: false, user_last: true, no_user_after_tool: true })).toMatchObject({
    systemFirst: true,
    turnsAlternate: false,
    userLast: true,
    noUserAfterTool: true,
  });
  expect(
    quirksOf(named('openai'), {
      max_tokens_field: 'max_tokens',
      thinking: 'thinking',
      reasoning_back: 'reasoning_content',
      documents: 'url',
    }),
  ).toMatchObject({
    maxTokensField: 'max_tokens',
    thinking: BY_TYPE,
    reasoningBack: 'reasoning_content',
    documents: 'url',
  });
});

test('what the config says counts for every model of the row', () => {
  const quirks = quirksOf(named('vllm'), { thinking: 'thinking', reasoning_back: 'none', fields: { seed: false } });
  for (const model of ['openai/gpt-oss-20b', 'mistralai/Magistral-Small-2509', 'Qwen/Qwen3-32B']) {
    const own = quirksFor(quirks, model);
    expect([own.thinking, own.reasoningBack, own.fields?.['seed']]).toEqual([BY_TYPE, undefined, false]);
    expect(own.fields?.['top_k']).toBe(true);
  }
});
