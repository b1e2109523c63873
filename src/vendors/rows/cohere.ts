import { CHAT } from '../dialects.ts';
import { byWords } from '../thinking-controls.ts';
import type { Vendor } from '../vendor.ts';

/** Unknown fields are a 422. */
export const cohere: Vendor = {
  name: 'cohere',
  envKey: 'COHERE_API_KEY',
  endpoints: [
    {
      url: 'https://api.cohere.ai/compatibility/v1',
      alsoAt: ['https://api.cohere.com/compatibility/v1'],
      protocols: CHAT,
    },
  ],
  modelPrefixes: ['command-'],
  quirks: {
    thinking: byWords('none', 'high'),
    documents: 'none',
    systemFirst: true,
    mostStops: 5,
    ranges: { temperature: [0, 2], frequency_penalty: [0, 1], presence_penalty: [0, 1] },
    fields: {
      'messages.reasoning_content': false,
      parallel_tool_calls: false,
      top_logprobs: false,
      'tools.strict': false,
      // Its own API has words for any tool and for none.
      'tool_choice.auto': false,
      'tool_choice.function': false,
    },
  },
};
