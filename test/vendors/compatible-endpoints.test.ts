// How clouds are told how much to think where they speak chat completions for models of several makers:
// https://ai.google.dev/gemini-api/docs/openai ("Reasoning cannot be turned off for Gemini 2.5 Pro or 3 models"),
// https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html; of OpenRouter
// https://github.com/elie222/rakazo/issues/114 ("Reasoning is mandatory for this endpoint and cannot be disabled").
import { expect, test } from 'bun:test';
import { quirksOf } from '../../src/upstream/quirks.ts';
import { quirksFor } from '../../src/core/quirks.ts';
import { protocolOf } from '../../src/protocols/registry.ts';
import { placeBackend } from '../../src/vendors/place.ts';
import { thinkingOf } from './chat-rules.ts';
import { geminiQuestion } from './translated.ts';

const GOOGLE = { vendor: 'gemini', protocol: 'openai', api_key: 'k' };
const VERTEX = { vendor: 'vertex', protocol: 'openai', api_key: 'k', project: 'p', location: 'global' };
const BEDROCK = { vendor: 'bedrock', protocol: 'openai', api_key: 'k', region: 'us-east-1' };
const OPENROUTER = { vendor: 'openrouter', protocol: 'openai', api_key: 'k' };

/** What is said of thinking for a wish, with a `?` where it is named as left out. */
function said(settings: object, model: string, thinkingConfig: object): unknown {
  const found = placeBackend(settings, {});
  if ('problems' in found) throw new Error(JSON.stringify(found.problems));
  const { vendor, endpoint } = found.place;
  const quirks = quirksFor(quirksOf(vendor, {}, endpoint), model);
  const asked = protocolOf('gemini').codec.decodeRequest(geminiQuestion({ thinkingConfig }), { stream: false });
  const { body, dropped } = protocolOf('openai-chat').codec.encodeRequest(asked, { model, quirks });
  const { reasoning_effort: word, reasoning: object, ...more } = thinkingOf(body);
  expect(more).toEqual({});
  return `${word ?? JSON.stringify(object) ?? ''}${dropped.includes('reasoning') ? '?' : ''}`;
}

test.each([
  [GOOGLE, 'gemini-2.5-pro', 'minimal?', 'high'],
  [GOOGLE, 'gemini-2.5-flash', 'none', 'high'],
  [GOOGLE, 'gemini-3-pro-preview', 'low?', 'high'],
  [GOOGLE, 'gemini-3.10-flash', 'low?', 'high'],
  [GOOGLE, 'gemini-2.0-flash', '', '?'],
  [VERTEX, 'google/gemini-3-flash-preview', 'minimal?', 'high'],
  [VERTEX, 'openai/gpt-oss-120b-maas', 'low?', 'high'],
  [VERTEX, 'deepseek-ai/deepseek-v3.1-maas', '', '?'],
  [BEDROCK, 'openai.gpt-oss-120b-1:0', 'low?', 'high'],
  [BEDROCK, 'openai.gpt-5.4', 'none', 'xhigh'],
  [BEDROCK, 'openai.gpt-10', 'none', 'max'],
  [BEDROCK, 'xai.grok-4.3', 'low?', 'high'],
  [BEDROCK, 'zai.glm-4.7', '?', '?'],
  [BEDROCK, 'us.deepseek.r1-v1:0', '?', '?'],
  [OPENROUTER, 'google/gemini-3.1-pro-preview', '{"effort":"low"}?', '{"effort":"high"}'],
  [OPENROUTER, 'google/gemini-2.5-flash', '{"enabled":false}', '{"effort":"high"}'],
  [OPENROUTER, 'mistralai/magistral-medium-2506', '{"effort":"low"}?', '{"effort":"high"}'],
])('%j: %s is told not to think by %p, to think the most by %p', (settings, model, least, most) => {
  expect(said(settings, model, { thinkingBudget: 0 })).toBe(least);
  expect(said(settings, model, { thinkingLevel: 'MAX' })).toBe(most);
});
