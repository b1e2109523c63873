import type { Quirks } from '../../core/route.ts';
import { CHAT, CHAT_AND_RESPONSES, MESSAGES, RESPONSES } from '../dialects.ts';
import { since } from '../models/since.ts';
import { BY_ENABLE } from '../thinking-controls.ts';
import type { Vendor } from '../vendor.ts';

const { budget } = BY_ENABLE;

/** It always thinks. It refuses to turn thinking off, and no tool can be forced while it thinks. */
const ALWAYS: Quirks = {
  thinking: { on: {}, ...(budget === undefined ? {} : { budget }) },
  forcedTools: 'never',
  messages: { off: 'never' },
};

/** From 3.8 on it takes an effort. A budget replaces the effort. */
const BY_WORD: Quirks['thinking'] = {
  off: { enable_thinking: false },
  effort: { field: 'reasoning_effort', words: ['low', 'medium', 'xhigh'] },
  ...(budget === undefined ? {} : { budget: { ...budget, most: 262_144 } }),
};

/** https://www.alibabacloud.com/help/en/model-studio */
export const qwen: Vendor = {
  name: 'qwen',
  envKey: 'DASHSCOPE_API_KEY',
  endpoints: [
    {
      url: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
      alsoAt: [
        'https://dashscope.aliyuncs.com/compatible-mode/v1',
        'https://dashscope-us.aliyuncs.com/compatible-mode/v1',
        'https://*.maas.aliyuncs.com/compatible-mode/v1',
      ],
      protocols: CHAT_AND_RESPONSES,
    },
    {
      // Deprecated: the URLs above have it now.
      url: 'https://dashscope-intl.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1',
      alsoAt: ['https://dashscope.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1'],
      protocols: RESPONSES,
    },
    {
      url: 'https://dashscope-intl.aliyuncs.com/apps/anthropic/v1',
      alsoAt: [
        'https://dashscope.aliyuncs.com/apps/anthropic/v1',
        'https://*.maas.aliyuncs.com/apps/anthropic/v1',
        'https://coding-intl.dashscope.aliyuncs.com/apps/anthropic/v1',
        'https://coding.dashscope.aliyuncs.com/apps/anthropic/v1',
      ],
      protocols: MESSAGES,
    },
    {
      url: 'https://coding-intl.dashscope.aliyuncs.com/v1',
      alsoAt: ['https://coding.dashscope.aliyuncs.com/v1'],
      protocols: CHAT,
    },
  ],
  modelPrefixes: ['qwen-', 'qwen2', 'qwen3', 'qwq-', 'qvq-'],
  quirks: {
    translated: 'openai-chat',
    systemFirst: true,
    thinking: BY_ENABLE,
    reasoningBack: 'reasoning_content',
    refusedThinking: ['response_format'],
    forcedTools: 'named',
    ranges: { temperature: [0, 1.99], top_p: [0.01, 1], presence_penalty: [-2, 2] },
    fields: {
      top_k: true,
      frequency_penalty: false,
      logprobs: false,
      top_logprobs: false,
      user: false,
      'tools.strict': false,
      'response_format.json_schema': false,
      include: false,
    },
    // The responses API serves the models named here.
    lacks: ['openai-responses'],
    models: [
      [/qwq|qvq|-thinking/i, ALWAYS],
      [
        /qwen3\.8-[a-z]+-preview/i,
        { thinking: { ...BY_WORD, off: undefined }, forcedTools: 'never', lacks: [], messages: { off: 'never' } },
      ],
      [
        since('qwen', '3.8'),
        { thinking: BY_WORD, lacks: [], fields: { 'response_format.json_schema': true, 'reasoning.summary': false } },
      ],
      [/qwen3\.7-(?:plus|flash|max)/i, { lacks: [], fields: { 'response_format.json_schema': true } }],
      // Open weights of the third generation think in streams only.
      [/qwen3-\d/i, { unthinkingWith: 'plain' }],
      [since('qwen', '3.5'), { lacks: [] }],
      [/qwen3-max|qwen3-coder|qwen-(?:plus|flash)/i, { lacks: [] }],
    ],
  },
};
