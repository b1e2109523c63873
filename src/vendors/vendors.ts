import { azure, bedrock, vertex } from './clouds.ts';
import { BEARER, CHAT, CHAT_AND_RESPONSES, GEMINI, MESSAGES, RESPONSES } from './dialects.ts';
import { OPEN_MODELS, TEMPLATES } from './open-models.ts';
import { OPENAI } from './openai-quirks.ts';
import type { Vendor } from './vendor.ts';

/**
 * Every provider that is known. One that speaks OpenAI's chat completions is one row: a name, a URL and the variable of
 * its key. What a row says its provider documents; local servers speak more from some version on, so ask for it.
 */
export const VENDORS: readonly Vendor[] = [
  {
    name: 'openai',
    envKey: 'OPENAI_API_KEY',
    endpoints: [
      {
        url: 'https://api.openai.com/v1',
        alsoAt: ['https://us.api.openai.com/v1', 'https://eu.api.openai.com/v1'],
        protocols: CHAT_AND_RESPONSES,
      },
    ],
    quirks: OPENAI,
    modelPrefixes: [
      'gpt-',
      'chatgpt-',
      'o1',
      'o3',
      'o4',
      'codex-',
      'computer-use-',
      'davinci-',
      'babbage-',
      'text-embedding-',
      'text-moderation-',
      'omni-moderation-',
      'dall-e-',
      'whisper-',
      'tts-',
    ],
  },
  azure,
  {
    name: 'anthropic',
    envKey: 'ANTHROPIC_API_KEY',
    endpoints: [{ url: 'https://api.anthropic.com/v1', protocols: MESSAGES }],
    modelPrefixes: ['claude-'],
  },
  {
    name: 'gemini',
    envKey: 'GEMINI_API_KEY',
    endpoints: [
      { url: 'https://generativelanguage.googleapis.com/v1beta', protocols: GEMINI },
      { url: 'https://generativelanguage.googleapis.com/v1beta/openai', protocols: CHAT },
    ],
    modelPrefixes: ['gemini-', 'gemma-'],
  },
  vertex,
  bedrock,
  {
    name: 'mistral',
    envKey: 'MISTRAL_API_KEY',
    endpoints: [{ url: 'https://api.mistral.ai/v1', protocols: CHAT }],
    modelPrefixes: [
      'mistral-',
      'open-mistral-',
      'ministral-',
      'magistral-',
      'codestral-',
      'devstral-',
      'pixtral-',
      'voxtral-',
    ],
    // The order of roles: https://github.com/avante-corp/avante.nvim/pull/2695, https://github.com/MODSetter/SurfSense/issues/287;
    // the last of them: https://github.com/NEKOparapa/AiNiee/issues/641. Read in November 2026.
    quirks: {
      callIdLength: 9,
      noUserAfterTool: true,
      systemFirst: true,
      userLast: true,
      reasoningBack: 'thinking',
      documents: 'document_url',
      fields: { seed: false },
    },
  },
  {
    name: 'groq',
    envKey: 'GROQ_API_KEY',
    endpoints: [{ url: 'https://api.groq.com/openai/v1', protocols: CHAT_AND_RESPONSES }],
    quirks: TEMPLATES,
  },
  {
    name: 'deepseek',
    envKey: 'DEEPSEEK_API_KEY',
    endpoints: [
      { url: 'https://api.deepseek.com/v1', protocols: CHAT },
      { url: 'https://api.deepseek.com/anthropic/v1', protocols: MESSAGES },
    ],
    modelPrefixes: ['deepseek-'],
    quirks: { reasoningBack: 'reasoning_content', fields: { 'response_format.json_schema': false } },
  },
  {
    name: 'xai',
    envKey: 'XAI_API_KEY',
    endpoints: [{ url: 'https://api.x.ai/v1', protocols: CHAT_AND_RESPONSES }],
    modelPrefixes: ['grok-'],
  },
  {
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
    quirks: { fields: { stream_options: false } },
  },
  {
    name: 'together',
    envKey: 'TOGETHER_API_KEY',
    endpoints: [{ url: 'https://api.together.ai/v1', alsoAt: ['https://api.together.xyz/v1'], protocols: CHAT }],
    quirks: OPEN_MODELS,
  },
  {
    name: 'fireworks',
    envKey: 'FIREWORKS_API_KEY',
    endpoints: [
      { url: 'https://api.fireworks.ai/inference/v1', protocols: CHAT_AND_RESPONSES },
      { url: 'https://api.fireworks.ai/inference/v1', protocols: MESSAGES, credential: BEARER },
    ],
    quirks: OPEN_MODELS,
  },
  {
    name: 'openrouter',
    envKey: 'OPENROUTER_API_KEY',
    endpoints: [
      {
        url: 'https://openrouter.ai/api/v1',
        alsoAt: ['https://eu.openrouter.ai/api/v1'],
        protocols: CHAT_AND_RESPONSES,
      },
      { url: 'https://openrouter.ai/api/v1', protocols: MESSAGES, credential: BEARER },
    ],
    quirks: {
      systemFirst: true,
      reasoningField: 'reasoning',
      documents: 'url',
      fields: { top_k: true, min_p: true, verbosity: true },
    },
  },
  {
    name: 'cerebras',
    envKey: 'CEREBRAS_API_KEY',
    endpoints: [{ url: 'https://api.cerebras.ai/v1', protocols: CHAT }],
    quirks: { ...TEMPLATES, reasoningBack: 'reasoning' },
  },
  {
    name: 'perplexity',
    envKey: 'PERPLEXITY_API_KEY',
    // Its chat completions ended in September 2026: https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar
    endpoints: [{ url: 'https://api.perplexity.ai/v1', protocols: RESPONSES }],
  },
  {
    name: 'moonshot',
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
  },
  {
    name: 'zhipu',
    envKey: 'ZAI_API_KEY',
    endpoints: [
      {
        url: 'https://api.z.ai/api/paas/v4',
        alsoAt: ['https://api.z.ai/api/coding/paas/v4', 'https://open.bigmodel.cn/api/paas/v4'],
        protocols: CHAT,
      },
      {
        url: 'https://api.z.ai/api/anthropic/v1',
        alsoAt: ['https://open.bigmodel.cn/api/anthropic/v1'],
        protocols: MESSAGES,
        credential: BEARER,
      },
    ],
    modelPrefixes: ['glm-'],
    quirks: { reasoningField: 'thinking', reasoningBack: 'reasoning_content' },
  },
  {
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
        protocols: CHAT,
      },
      {
        url: 'https://dashscope-intl.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1',
        alsoAt: ['https://dashscope.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1'],
        protocols: RESPONSES,
      },
      {
        url: 'https://dashscope-intl.aliyuncs.com/apps/anthropic/v1',
        alsoAt: ['https://dashscope.aliyuncs.com/apps/anthropic/v1', 'https://*.maas.aliyuncs.com/apps/anthropic/v1'],
        protocols: MESSAGES,
      },
    ],
    modelPrefixes: ['qwen-', 'qwen2', 'qwen3', 'qwq-', 'qvq-'],
    quirks: { systemFirst: true },
  },
  {
    name: 'minimax',
    envKey: 'MINIMAX_API_KEY',
    endpoints: [
      {
        url: 'https://api.minimax.io/v1',
        alsoAt: ['https://api.minimaxi.com/v1'],
        protocols: CHAT_AND_RESPONSES,
      },
      {
        url: 'https://api.minimax.io/anthropic/v1',
        alsoAt: ['https://api.minimaxi.com/anthropic/v1'],
        protocols: MESSAGES,
        credential: BEARER,
      },
    ],
    modelPrefixes: ['MiniMax-'],
    // It takes one system message, in front: https://github.com/MiniMax-AI/MiniMax-M2/issues/51, read in November 2026.
    quirks: { systemFirst: true },
  },
  {
    name: 'siliconflow',
    envKey: 'SILICONFLOW_API_KEY',
    endpoints: [{ url: 'https://api.siliconflow.com/v1', alsoAt: ['https://api.siliconflow.cn/v1'], protocols: CHAT }],
    quirks: OPEN_MODELS,
  },
  {
    name: 'ollama',
    endpoints: [
      { url: 'http://localhost:11434/v1', protocols: CHAT_AND_RESPONSES },
      { url: 'http://localhost:11434/v1', protocols: MESSAGES, credential: BEARER },
    ],
    quirks: TEMPLATES,
  },
  {
    name: 'vllm',
    endpoints: [
      { url: 'http://localhost:8000/v1', protocols: CHAT_AND_RESPONSES },
      { url: 'http://localhost:8000/v1', protocols: MESSAGES, credential: BEARER },
    ],
    quirks: OPEN_MODELS,
  },
  {
    name: 'lmstudio',
    endpoints: [
      { url: 'http://localhost:1234/v1', protocols: CHAT_AND_RESPONSES },
      { url: 'http://localhost:1234/v1', protocols: MESSAGES, credential: BEARER },
    ],
    quirks: OPEN_MODELS,
  },
];
