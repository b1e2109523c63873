import type { VendorNotes } from '../notes.ts';

export const bedrock: VendorNotes = {
  vendor: 'bedrock',
  upstream: {
    text: 'Claude: Messages, by InvokeModel or at `/anthropic`. GPT from 5.4 on: Responses; Grok and others: chat.',
    sources: [
      { url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/inference-messages-api.html', date: '2026-11-29' },
      { url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/inference-responses-api.html', date: '2026-11-29' },
    ],
  },
  thinking: {
    text: 'Claude as at Anthropic; GPT and Grok by `reasoning_effort`, Grok without `none`, GPT-OSS by low, medium or high. Of others it is not documented, and a wish is left out and named.',
    sources: [
      {
        url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-adaptive-thinking.html',
        date: '2026-11-29',
      },
    ],
  },
  thoughtsBack: {
    text: "Within a tool loop, with a budget, the turn has to begin with its thought and signature, or the request is refused. Others' are refused; from Fable 5.1 and the 5.5 models on they are bound to what stood before them, too.",
    sources: [
      { url: 'https://platform.claude.com/docs/en/build-with-claude/extended-thinking', date: '2026-11-29' },
      { url: 'https://platform.claude.com/docs/en/models/fable-5-2/whats-new-fable-5-2', date: '2026-11-29' },
    ],
  },
  refuses: {
    text: 'As at Anthropic; besides system turns in between, and media by URL. GPT from 5.6 on and Grok refuse `stop`.',
    sources: [
      {
        url: 'https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages',
        date: '2026-11-29',
      },
    ],
  },
  forcedTools: {
    text: 'Not with a budget for thinking, nor by Opus 5.5, Sonnet 5.5, Fable and Mythos from 5.1 on.',
    sources: [
      { url: 'https://platform.claude.com/docs/en/build-with-claude/extended-thinking', date: '2026-11-29' },
      { url: 'https://platform.claude.com/docs/en/models/opus-5-5/whats-new-opus-5-5', date: '2026-11-29' },
    ],
  },
  strictSchemas: {
    text: 'Doubtful with several models, so tools are not strict and a schema is asked for by a tool.',
    sources: [
      { url: 'https://github.com/vercel/ai/blob/main/packages/amazon-bedrock/CHANGELOG.md', date: '2026-11-29' },
    ],
  },
  stopWords: {
    text: 'Any number; none of blanks alone.',
    sources: [{ url: 'https://platform.claude.com/docs/en/api/messages', date: '2026-11-29' }],
  },
  contextTooLong: {
    text: '400 `ValidationException`: "Input is too long for requested model."; `context_length_exceeded` of the OpenAI-compatible endpoints.',
    sources: [
      {
        url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html',
        date: '2026-11-29',
      },
    ],
  },
  quotaGone: {
    text: '`ServiceQuotaExceededException`, `AccessDeniedException`.',
    sources: [
      {
        url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html',
        date: '2026-11-29',
      },
    ],
  },
  overloaded: {
    text: '429 `ThrottlingException`, 503 `ServiceUnavailableException`, 424 `ModelNotReadyException`.',
    sources: [
      {
        url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html',
        date: '2026-11-29',
      },
    ],
  },
  usage: {
    text: '`message_start` and, cumulated, `message_delta`.',
    sources: [{ url: 'https://platform.claude.com/docs/en/build-with-claude/streaming', date: '2026-11-29' }],
  },
  errorInSuccess: {
    text: 'Exceptions as frames of the event stream (`throttlingException`, `modelStreamErrorException`).',
    sources: [
      {
        url: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html',
        date: '2026-11-29',
      },
    ],
  },
};
