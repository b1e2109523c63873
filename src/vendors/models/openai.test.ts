import { expect, test } from 'bun:test';
import { factsOf } from './facts.ts';
import { needsResponses } from './openai.ts';

test.each([
  // What was tuned takes what it was made of takes: https://developers.openai.com/api/docs/guides/supervised-fine-tuning.
  ['ft:gpt-4o-2024-08-06:acme::BTz2REMH', []],
  ['ft:gpt-4.1-mini-2025-04-14:gpt-5:o3:BTz2REMH', []],
  ['ft:o4-mini-2025-04-16:acme::x', ['low', 'medium', 'high']],
  ['openai/gpt-4o:online', []],
  ['openai/gpt-5:free', ['minimal', 'low', 'medium', 'high']],
  ['openai:gpt-5', ['minimal', 'low', 'medium', 'high']],
  ['gpt-5@2025-08-07', ['minimal', 'low', 'medium', 'high']],
  ['us.openai.gpt-5.1', ['none', 'low', 'medium', 'high']],
  ['gpt-5.10-pro', ['medium', 'high', 'xhigh']],
  ['gpt-10', ['none', 'low', 'medium', 'high', 'xhigh', 'max']],
  ['gpt-35-turbo-16k', []],
  ['gpt-audio', []],
  ['gpt-audio-mini-2025-10-06', []],
  ['gpt-realtime', []],
])('%s has the efforts %p', (name, efforts) => expect(factsOf(name).efforts).toEqual(efforts as never));

test('what hears is served by chat completions alone', () => {
  expect(['gpt-audio', 'gpt-audio-mini', 'gpt-4o-audio-preview'].map((name) => factsOf(name).only)).toEqual([
    'openai-chat',
    'openai-chat',
    'openai-chat',
  ]);
});

test.each([
  ['gpt-35-turbo', false],
  ['gpt-4o', false],
  ['gpt-4-32k', false],
  ['gpt-5.1', false],
  ['gpt-5.4-chat', false],
  ['openai.gpt-oss-120b-1:0', false],
  ['my-deployment', false],
  ['gpt-5.2', true],
  ['openai.gpt-5.10', true],
  ['gpt-10', true],
  ['gpt-5-pro', true],
  ['codex-mini', true],
  ['ft:gpt-5.4:acme::x', true],
])('%s needs Responses: %p', (name, expected) => expect(needsResponses(name)).toBe(expected));
