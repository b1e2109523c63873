import type { VendorNotes } from '../notes.ts';
import { anthropic } from './anthropic.ts';

/** It serves the models of Anthropic; what is said here is otherwise. */
export const bedrock: VendorNotes = {
  ...anthropic,
  vendor: 'bedrock',
  upstream: {
    text: 'Claude: Messages, by InvokeModel or at `/anthropic`. GPT from 5.4 on: Responses; Grok and others: chat.',
    sources: [
      { url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/inference-messages-api.html', date: '2026-11-29' },
      { url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/inference-responses-api.html', date: '2026-11-29' },
    ],
  },
  thinking: {
    text: 'Claude as at Anthropic; GPT and Grok by `reasoning_effort`, Grok without `none`, GPT-OSS by low, medium or high. For others it is not documented, and a request for thinking is left out and reported.',
    sources: [
      {
        url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-adaptive-thinking.html',
        date: '2026-11-29',
      },
    ],
  },
  refuses: {
    text: 'As at Anthropic; also system turns between others, and media by URL. GPT from 5.6 on and Grok refuse `stop`.',
    sources: [
      {
        url: 'https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages',
        date: '2026-11-29',
      },
    ],
  },
  strictSchemas: {
    text: 'Doubtful with several models, so tools are not strict and a tool asks for the schema.',
    sources: [
      { url: 'https://github.com/vercel/ai/blob/main/packages/amazon-bedrock/CHANGELOG.md', date: '2026-11-29' },
    ],
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
