import { API_KEY, BEARER, CHAT, CHAT_AND_RESPONSES, GEMINI, MESSAGES } from './dialects.ts';
import { OPENAI } from './openai-quirks.ts';
import type { Vendor } from './vendor.ts';

const GOOGLE = { scheme: 'google' } as const;
const BEDROCK = { scheme: 'aws', service: 'bedrock' } as const;
const MANTLE = { scheme: 'aws', service: 'bedrock-mantle' } as const;

const VERTEX = 'https://{aiplatform}/v1/projects/{project}/locations/{location}';

/** Azure OpenAI and Foundry. Where `api_version` is set it is the classic API. */
export const azure: Vendor = {
  name: 'azure',
  // https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle: `api_version` chooses the classic API.
  endpoints: [
    {
      url: 'https://*.openai.azure.com/openai',
      alsoAt: ['https://*.cognitiveservices.azure.com/openai', 'https://*.services.ai.azure.com/openai'],
      protocols: CHAT_AND_RESPONSES,
      credential: API_KEY,
      shape: 'azure',
      requires: 'api_version',
    },
    {
      url: 'https://*.openai.azure.com/openai/v1',
      alsoAt: ['https://*.cognitiveservices.azure.com/openai/v1', 'https://*.services.ai.azure.com/openai/v1'],
      protocols: CHAT_AND_RESPONSES,
      credential: API_KEY,
      shape: 'azure',
    },
    { url: 'https://*.services.ai.azure.com/anthropic/v1', protocols: MESSAGES },
  ],
  quirks: OPENAI,
  settings: ['api_version'],
};

/** Vertex AI: Gemini, Claude, and the OpenAI-compatible endpoint for others. */
export const vertex: Vendor = {
  name: 'vertex',
  endpoints: [
    { url: `${VERTEX}/publishers/google`, protocols: GEMINI, credential: BEARER, signing: GOOGLE },
    {
      url: `${VERTEX}/publishers/anthropic`,
      protocols: MESSAGES,
      credential: BEARER,
      signing: GOOGLE,
      shape: 'vertex-claude',
    },
    { url: `${VERTEX}/endpoints/openapi`, protocols: CHAT, credential: BEARER, signing: GOOGLE },
  ],
  settings: ['project', 'location', 'credentials'],
};

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
