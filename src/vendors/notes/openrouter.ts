import type { VendorNotes } from '../notes.ts';

/** What is noted of OpenRouter. */
export const openrouter: VendorNotes = {
  vendor: 'openrouter',
  upstream: {
    text: "Messages for Claude, whose blocks stay whole there; Responses for OpenAI's models; chat completions for all others. Each API serves every model. Responses is a beta that keeps nothing: `store` has to be false. Clients of each dialect reach it as they are.",
    sources: [
      {
        url: 'https://openrouter.ai/docs/cookbook/evaluate-and-optimize/model-migrations/opus-5-5',
        date: '2026-11-29',
      },
      { url: 'https://docs.agno.com/reference/models/openrouter-responses.md', date: '2026-11-29' },
    ],
  },
  thinking: {
    text: 'Chat: `reasoning` with `effort` (minimal to max) or `max_tokens`, never both, `enabled: false` for off and `exclude` to hide. OpenRouter maps efforts to what a model has. A model that cannot be turned off refuses that, so the least effort is sent where this is known. Messages lacks `between_tools`: the least effort replaces it.',
    sources: [
      { url: 'https://openrouter.ai/docs/use-cases/reasoning-tokens', date: '2026-11-29' },
      {
        url: 'https://openrouter.ai/docs/cookbook/evaluate-and-optimize/model-migrations/claude-5-5',
        date: '2026-11-29',
      },
    ],
  },
  thoughtsBack: {
    text: "May come back, and have to in tool loops of Claude, Gemini and OpenAI's models: `reasoning_details` unchanged and in order, or plain `reasoning`. Both are sent as they came.",
    sources: [{ url: 'https://openrouter.ai/docs/use-cases/reasoning-tokens', date: '2026-11-29' }],
  },
  refuses: {
    text: 'Settings that a model does not support are ignored, unless `provider.require_parameters` says otherwise. `n` is not in its schema.',
    sources: [{ url: 'https://www.npmjs.com/package/@openrouter/sdk/v/1.3.19', date: '2026-11-29' }],
  },
  forcedTools: {
    text: 'By `required` or by name; a 400 on Claude Opus 5.5, Sonnet 5.5 and Fable 5.1.',
    sources: [
      {
        url: 'https://openrouter.ai/docs/cookbook/evaluate-and-optimize/model-migrations/opus-5-5',
        date: '2026-11-29',
      },
    ],
  },
  strictSchemas: {
    text: '`json_schema` with `strict`, and `strict` in tools, by model.',
    sources: [{ url: 'https://www.npmjs.com/package/@openrouter/sdk/v/1.3.19', date: '2026-11-29' }],
  },
  stopWords: {
    text: 'Four at most.',
    sources: [{ url: 'https://www.npmjs.com/package/@openrouter/sdk/v/1.3.19', date: '2026-11-29' }],
  },
  contextTooLong: {
    text: '400 with `metadata.error_type: "context_length_exceeded"`, "This endpoint\'s maximum context length is N tokens. However, you requested about …".',
    sources: [
      { url: 'https://github.com/earendil-works/pi/issues/6378', date: '2026-07-06' },
      { url: 'https://www.npmjs.com/package/@openrouter/sdk/v/1.3.19', date: '2026-11-29' },
    ],
  },
  quotaGone: {
    text: '402, "This request requires more credits, or fewer max_tokens. …": a high token limit is enough to cause it. "Prompt tokens limit exceeded: …" is also about credits.',
    sources: [
      { url: 'https://github.com/newo-ether/Agora/issues/8', date: '2026-06-07' },
      { url: 'https://github.com/continuedev/continue/issues/11540', date: '2026-03-17' },
    ],
  },
  overloaded: {
    text: '502, 503 (no provider) or 529, with `metadata.error_type` `provider_overloaded` or `provider_unavailable`; rate limit: 429.',
    sources: [{ url: 'https://www.npmjs.com/package/@openrouter/sdk/v/1.3.19', date: '2026-11-29' }],
  },
  usage: {
    text: 'In the last chunk, always, with `cost`; `prompt_tokens_details.cached_tokens` and `cache_write_tokens`.',
    sources: [{ url: 'https://www.npmjs.com/package/@openrouter/sdk/v/1.3.19', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: 'A chunk with `error: {code, message, metadata}` at its top and `finish_reason: "error"`. Comments `: OPENROUTER PROCESSING` keep the stream alive.',
    sources: [{ url: 'https://www.npmjs.com/package/@openrouter/sdk/v/1.3.19', date: '2026-11-29' }],
  },
};
