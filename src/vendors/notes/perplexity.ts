import type { VendorNotes } from '../notes.ts';

export const perplexity: VendorNotes = {
  vendor: 'perplexity',
  upstream: {
    text: 'Responses; its chat completions ended in September 2026.',
    sources: [{ url: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar', date: '2026-11-29' }],
  },
  thinking: {
    text: '`reasoning.effort`, minimal to max, and no other member. Thinking cannot be turned off.',
    sources: [{ url: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar', date: '2026-11-29' }],
  },
  thoughtsBack: {
    text: 'There are none to send back.',
    sources: [{ url: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar', date: '2026-11-29' }],
  },
  refuses: {
    text: "Any field that it does not know is a 400: `text`, `stop`, `top_k`, penalties, `include`. Reports and pages disagree about `store` and `include`, so both are left out. Anthropic's models require `max_output_tokens`.",
    sources: [
      { url: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar', date: '2026-11-29' },
      { url: 'https://github.com/sst/opencode/issues/32108', date: '2026-06-12' },
    ],
  },
  forcedTools: {
    text: 'Accepted.',
    sources: [{ url: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar', date: '2026-11-29' }],
  },
  strictSchemas: {
    text: 'Strict tools; the output format is in `response_format`, as in chat.',
    sources: [{ url: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar', date: '2026-11-29' }],
  },
  stopWords: {
    text: 'None.',
    sources: [{ url: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar', date: '2026-11-29' }],
  },
  contextTooLong: { text: 'Not documented.' },
  quotaGone: { text: 'Not documented.' },
  overloaded: {
    text: '429 `request_rate_limit_exceeded`; 5xx `bad_gateway`, `gateway_timeout`.',
    sources: [{ url: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar', date: '2026-11-29' }],
  },
  usage: {
    text: 'In the last event, and in the answer, with its cost.',
    sources: [{ url: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: 'A 200 whose `status` is `failed` or `cancelled`, with an `error`.',
    sources: [{ url: 'https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar', date: '2026-11-29' }],
  },
};
