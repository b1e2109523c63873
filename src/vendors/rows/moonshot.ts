import type { Quirks } from '../../core/route.ts';
import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { since } from '../models/since.ts';
import { BY_ITSELF, BY_TYPE } from '../thinking-controls.ts';
import type { Vendor } from '../vendor.ts';

/** K3 always thinks, and takes an effort. It refuses a switch beside the effort. */
const K3: Quirks = {
  thinking: { effort: { field: 'reasoning_effort', words: ['low', 'high', 'max'] } },
  thoughtsNeeded: 'all',
  forcedTools: undefined,
  fields: { 'tool_choice.function': false },
  lacks: [],
  messages: { thinking: 'unsaid', off: 'never', sampling: 'none' },
};

/** K2.7 always thinks and takes no effort. */
const K2_7: Quirks = {
  thinking: BY_ITSELF,
  thoughtsNeeded: 'all',
  forcedTools: 'never',
  messages: { thinking: 'unsaid', off: 'never', sampling: 'none' },
};

/** Does not think, so its settings are free. */
const V1: Quirks = {
  reasoningBack: undefined,
  thoughtsNeeded: undefined,
  ranges: { temperature: [0, 1] },
  fields: { temperature: true, top_p: true, presence_penalty: true, frequency_penalty: true },
};

/** https://platform.kimi.ai/docs */
export const moonshot: Vendor = {
  name: 'moonshot',
  traceName: 'moonshot_ai',
  envKey: 'MOONSHOT_API_KEY',
  endpoints: [
    {
      url: 'https://api.moonshot.ai/v1',
      alsoAt: ['https://api.moonshot.cn/v1'],
      protocols: CHAT_AND_RESPONSES,
    },
    {
      url: 'https://api.moonshot.ai/anthropic/v1',
      alsoAt: ['https://api.moonshot.cn/anthropic/v1'],
      protocols: MESSAGES,
      credential: BEARER,
    },
  ],
  modelPrefixes: ['kimi-', 'moonshot-'],
  quirks: {
    translated: 'openai-chat',
    maxTokensField: 'max_completion_tokens',
    // K2.5 and K2.6 take no effort beside the switch.
    thinking: BY_TYPE,
    reasoningBack: 'reasoning_content',
    thoughtsNeeded: 'calls',
    forcedTools: 'named',
    mostStops: 5,
    longestStop: 32,
    images: 'data',
    fields: {
      // Each takes one value only, which is the default.
      temperature: false,
      top_p: false,
      presence_penalty: false,
      frequency_penalty: false,
      seed: false,
      user: false,
      parallel_tool_calls: false,
      include: false,
    },
    // The responses API serves K3 only.
    lacks: ['openai-responses'],
    messages: { sampling: 'none' },
    models: [
      [since('kimi-k', '3'), K3],
      [since('kimi-k', '2.7'), K2_7],
      [/moonshot-v1/i, V1],
    ],
  },
};
