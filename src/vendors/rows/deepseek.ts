import { CHAT, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

/** https://api-docs.deepseek.com */
export const deepseek: Vendor = {
  name: 'deepseek',
  envKey: 'DEEPSEEK_API_KEY',
  endpoints: [
    { url: 'https://api.deepseek.com', protocols: CHAT_AND_RESPONSES },
    // Of these paths, the documentation has chat completions only.
    { url: 'https://api.deepseek.com/v1', alsoAt: ['https://api.deepseek.com/beta'], protocols: CHAT },
    { url: 'https://api.deepseek.com/anthropic/v1', protocols: MESSAGES },
  ],
  modelPrefixes: ['deepseek-'],
  quirks: {
    translated: 'openai-chat',
    thinking: {
      on: { thinking: { type: 'enabled' } },
      off: { thinking: { type: 'disabled' } },
      effort: { field: 'reasoning_effort', words: ['low', 'high', 'max'] },
    },
    reasoningBack: 'reasoning_content',
    // With tools, every assistant turn counts.
    thoughtsNeeded: 'all',
    refusedThinking: ['temperature', 'top_p', 'presence_penalty', 'frequency_penalty', 'tool_choice'],
    forcedTools: 'unthinking',
    mostStops: 16,
    userField: 'user_id',
    ranges: { max_tokens: [1, 393_216], temperature: [0, 2], top_logprobs: [0, 20] },
    fields: {
      'response_format.json_schema': false,
      'tools.strict': false,
      seed: false,
      parallel_tool_calls: false,
      include: false,
      'reasoning.summary': false,
    },
    messages: { efforts: ['low', 'high', 'max'] },
    // "unknown variant `image_url`, expected `text`": https://github.com/rikkahub/rikkahub/issues/1433, read in November 2026.
    images: 'none',
    documents: 'none',
    models: [[/^deepseek-flash|vision/i, { images: undefined, documents: undefined }]],
  },
};
