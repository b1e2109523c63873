import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { needsResponses } from '../models/openai.ts';
import { effortsBetween } from '../../core/effort.ts';
import type { Quirks, ThinkingControl } from '../../core/route.ts';
import { BY_EFFORT, BY_THREE_EFFORTS, UNTOLD } from '../thinking-controls.ts';
import type { Vendor } from '../vendor.ts';

const BEDROCK = { scheme: 'aws', service: 'bedrock' } as const;
const MANTLE = { scheme: 'aws', service: 'bedrock-mantle' } as const;

/**
 * What Bedrock lacks of Anthropic's own API: system turns, media by URL
 * (https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages), and, for several models,
 * strict schemas (https://github.com/vercel/ai/blob/main/packages/amazon-bedrock/CHANGELOG.md).
 */
const CLAUDE: Quirks = { systemTurns: false, structured: false, mediaUrls: false };

/** Its thinking cannot be turned off here. */
const GROK: ThinkingControl = { effort: { field: 'reasoning_effort', words: effortsBetween('low', 'xhigh') } };

/**
 * Bedrock takes no stop sequences for OpenAI's newest and xAI's models, and for the first no tools in chat while they
 * think. Whether models of other makers take an effort is not documented.
 */
const OPENAI_COMPATIBLE: Quirks = {
  maxTokensField: 'max_completion_tokens',
  thinking: UNTOLD,
  models: [
    [{ test: needsResponses }, { translated: 'openai-responses', thinking: BY_EFFORT, fields: { stop: false } }],
    [/grok/, { thinking: GROK, fields: { stop: false } }],
    [/gpt-oss/, { thinking: BY_THREE_EFFORTS }],
  ],
};

/** Amazon Bedrock: Claude by InvokeModel, and the OpenAI-compatible endpoints. */
export const bedrock: Vendor = {
  name: 'bedrock',
  traceName: 'aws.bedrock',
  // https://docs.aws.amazon.com/bedrock/latest/userguide/inference-responses-api.html has the OpenAI-compatible bases.
  endpoints: [
    {
      url: 'https://bedrock-runtime.{region}.amazonaws.com',
      alsoAt: ['https://bedrock-runtime-fips.{region}.amazonaws.com'],
      protocols: MESSAGES,
      credential: BEARER,
      signing: BEDROCK,
      shape: 'bedrock-claude',
      quirks: CLAUDE,
    },
    {
      url: 'https://bedrock-runtime.{region}.amazonaws.com/anthropic/v1',
      alsoAt: ['https://bedrock-runtime-fips.{region}.amazonaws.com/anthropic/v1'],
      protocols: MESSAGES,
      signing: BEDROCK,
      quirks: CLAUDE,
    },
    {
      url: 'https://bedrock-runtime.{region}.amazonaws.com/openai/v1',
      alsoAt: ['https://bedrock-runtime-fips.{region}.amazonaws.com/openai/v1'],
      protocols: CHAT_AND_RESPONSES,
      signing: BEDROCK,
      quirks: OPENAI_COMPATIBLE,
    },
    {
      url: 'https://bedrock-mantle.{region}.api.aws/v1',
      alsoAt: ['https://bedrock-mantle.{region}.api.aws/openai/v1'],
      protocols: CHAT_AND_RESPONSES,
      signing: MANTLE,
      quirks: OPENAI_COMPATIBLE,
    },
    {
      url: 'https://bedrock-mantle.{region}.api.aws/anthropic/v1',
      protocols: MESSAGES,
      signing: MANTLE,
      quirks: CLAUDE,
    },
  ],
  settings: ['region', 'access_key_id', 'secret_access_key', 'session_token'],
};
