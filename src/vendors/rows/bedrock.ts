import { BEARER, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import type { Vendor } from '../vendor.ts';

const BEDROCK = { scheme: 'aws', service: 'bedrock' } as const;
const MANTLE = { scheme: 'aws', service: 'bedrock-mantle' } as const;

/** Amazon Bedrock: Claude by InvokeModel, and the OpenAI-compatible endpoints. */
export const bedrock: Vendor = {
  name: 'bedrock',
  // https://docs.aws.amazon.com/bedrock/latest/userguide/inference-responses-api.html has the OpenAI-compatible bases.
  endpoints: [
    {
      url: 'https://bedrock-runtime.{region}.amazonaws.com',
      alsoAt: ['https://bedrock-runtime-fips.{region}.amazonaws.com'],
      protocols: MESSAGES,
      credential: BEARER,
      signing: BEDROCK,
      shape: 'bedrock-claude',
    },
    {
      url: 'https://bedrock-runtime.{region}.amazonaws.com/openai/v1',
      alsoAt: ['https://bedrock-runtime-fips.{region}.amazonaws.com/openai/v1'],
      protocols: CHAT_AND_RESPONSES,
      signing: BEDROCK,
    },
    {
      url: 'https://bedrock-mantle.{region}.api.aws/v1',
      alsoAt: ['https://bedrock-mantle.{region}.api.aws/openai/v1'],
      protocols: CHAT_AND_RESPONSES,
      signing: MANTLE,
    },
    { url: 'https://bedrock-mantle.{region}.api.aws/anthropic/v1', protocols: MESSAGES, signing: MANTLE },
  ],
  settings: ['region', 'access_key_id', 'secret_access_key', 'session_token'],
};
