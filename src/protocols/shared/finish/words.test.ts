import { expect, test } from 'bun:test';

import { brokenBy, meaningOf, reasonOf } from './words.ts';

test.each([
  ['stop', 'stop'],
  ['STOP', 'stop'],
  ['end_turn', 'stop'],
  ['eos', 'stop'],
  ['eos_token', 'stop'],
  ['COMPLETE', 'stop'],
  ['load', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['length', 'length'],
  ['MAX_TOKENS', 'length'],
  ['max_output', 'length'],
  ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['time_limit', 'length'],
  ['repetition', 'length'],
  ['CONTINUATION', 'length'],
  ['tool_calls', 'tool_calls'],
  ['tool-calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
  ['content-filter', 'content_filter'],
  ['content_filter: PROHIBITED_CONTENT', 'content_filter'],
  ['sensitive', 'content_filter'],
  ['guardrail_intervened', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['ESCALATION', 'content_filter'],
  ['blacklist', 'content_filter'],
  ['refusal', 'refusal'],
  ['pause_turn', 'pause'],
  ['compaction', 'pause'],
] as const)('%s is a good end: %s', (word, reason) => {
  expect([reasonOf(word), brokenBy(word)]).toEqual([reason, undefined]);
});

test.each([
  ['error', 'server'],
  ['ERROR', 'server'],
  ['network_error', 'server'],
  ['insufficient_system_resource', 'server'],
  ['abort', 'server'],
  ['aborted', 'server'],
  ['cancelled', 'server'],
  ['timeout', 'server'],
  ['PUP_LIMITED_DISABLED', 'server'],
  ['malformed_function_call', 'model'],
  ['function_call_filter: MALFORMED_FUNCTION_CALL', 'model'],
  ['UNEXPECTED_TOOL_CALL', 'model'],
  ['TOO_MANY_TOOL_CALLS', 'model'],
  ['MISSING_THOUGHT_SIGNATURE', 'model'],
  ['MALFORMED_RESPONSE', 'model'],
  ['malformed_model_output', 'model'],
  ['LANGUAGE', 'model'],
  ['NO_IMAGE', 'model'],
  ['IMAGE_OTHER', 'model'],
  ['OTHER', 'model'],
  ['tired', 'unknown'],
  ['constructor', 'unknown'],
  ['__proto__', 'unknown'],
] as const)('%s is a broken one: %s', (word, cause) => {
  expect(brokenBy(word)).toMatchObject({ cause });
  expect([brokenBy(word)?.word.toLowerCase(), reasonOf(word)]).toEqual([word.toLowerCase(), undefined]);
});

test.each([undefined, null, '', ' ', 'null', 'None', 0, {}, 'FINISH_REASON_UNSPECIFIED'])('%j is none yet', (word) => {
  expect(meaningOf(word)).toBe('unfinished');
});

test('a long word is cut', () => {
  expect(brokenBy('x'.repeat(10_000))?.word).toHaveLength(60);
});
