import type { VendorNotes } from '../notes.ts';

export const anthropic: VendorNotes = {
  vendor: 'anthropic',
  upstream: {
    text: 'Messages. Its chat completions are meant for tests and show no thoughts.',
    sources: [{ url: 'https://platform.claude.com/docs/en/api/openai-sdk', date: '2026-11-29' }],
  },
  thinking: {
    text: 'Up to 4.5 `thinking: {type: enabled, budget_tokens}`, from 4.6 on `adaptive` with `output_config.effort`: low to max, xhigh from 4.7 on. From the fifth generation on it is on unless turned off; which Opus 5.5 and Fable do not allow; Sonnet 5.5 allows `between_tools` at least.',
    sources: [
      { url: 'https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking', date: '2026-11-29' },
      { url: 'https://platform.claude.com/docs/en/build-with-claude/effort', date: '2026-11-29' },
      { url: 'https://platform.claude.com/docs/en/models/overview', date: '2026-11-29' },
    ],
  },
  thoughtsBack: {
    text: 'Within a tool loop with a budget, the turn must begin with its thought and signature, or the request is refused. Thoughts of other models are refused. From Fable 5.1 and the 5.5 models on, thoughts are also bound to what came before them.',
    sources: [
      { url: 'https://platform.claude.com/docs/en/build-with-claude/extended-thinking', date: '2026-11-29' },
      { url: 'https://platform.claude.com/docs/en/models/fable-5-2/whats-new-fable-5-2', date: '2026-11-29' },
    ],
  },
  refuses: {
    text: 'From 4.7 on `temperature`, `top_p`, `top_k` other than the default; Opus 4.1 to 4.6 take only one of the first two, and neither while thinking. No seed, penalties or logprobs. No prefill from 4.6 on. Blank texts.',
    sources: [
      { url: 'https://platform.claude.com/docs/en/about-claude/models/migration-guide', date: '2026-11-29' },
      { url: 'https://platform.claude.com/docs/en/api/errors', date: '2026-11-29' },
    ],
  },
  forcedTools: {
    text: 'Not with a thinking budget, and not by Opus 5.5, Sonnet 5.5, Fable and Mythos from 5.1 on.',
    sources: [
      { url: 'https://platform.claude.com/docs/en/build-with-claude/extended-thinking', date: '2026-11-29' },
      { url: 'https://platform.claude.com/docs/en/models/opus-5-5/whats-new-opus-5-5', date: '2026-11-29' },
    ],
  },
  strictSchemas: {
    text: 'From 4.5 on; 20 strict tools, 24 optional parameters and 16 unions a request, no recursion.',
    sources: [{ url: 'https://platform.claude.com/docs/en/build-with-claude/structured-outputs', date: '2026-11-29' }],
  },
  stopWords: {
    text: 'Any number; none may be blank.',
    sources: [{ url: 'https://platform.claude.com/docs/en/api/messages', date: '2026-11-29' }],
  },
  contextTooLong: {
    text: '400 `invalid_request_error`: "prompt is too long: N tokens > M maximum"; 413 `request_too_large`; or the stop reason `model_context_window_exceeded`.',
    sources: [{ url: 'https://platform.claude.com/docs/en/api/errors', date: '2026-11-29' }],
  },
  quotaGone: {
    text: '400 "Your credit balance is too low" and "reached your specified API usage limits"; 402 `billing_error`; 429 with `details.error_code` `contract_spend_limit_reached` or `enforced_spend_limit_reached`.',
    sources: [
      { url: 'https://platform.claude.com/docs/en/api/errors', date: '2026-11-29' },
      { url: 'https://github.com/anthropics/claude-code/issues/88711', date: '2026-08-22' },
    ],
  },
  overloaded: {
    text: '529 `overloaded_error`; 429 `rate_limit_error` with `retry-after`.',
    sources: [{ url: 'https://platform.claude.com/docs/en/api/errors', date: '2026-11-29' }],
  },
  usage: {
    text: 'In `message_start`, and as totals in `message_delta`.',
    sources: [{ url: 'https://platform.claude.com/docs/en/build-with-claude/streaming', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: '`event: error` with the same body.',
    sources: [{ url: 'https://platform.claude.com/docs/en/build-with-claude/streaming', date: '2026-11-29' }],
  },
};
