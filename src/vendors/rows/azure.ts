import { API_KEY, CHAT_AND_RESPONSES, MESSAGES } from '../dialects.ts';
import { needsResponses } from '../models/openai.ts';
import { OPENAI } from '../openai-quirks.ts';
import type { Vendor } from '../vendor.ts';

/** Azure OpenAI and Foundry. `api_version` selects the classic API. */
export const azure: Vendor = {
  name: 'azure',
  traceName: 'azure.ai.openai',
  // https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle: `api_version` selects the classic API.
  endpoints: [
    {
      url: 'https://*.openai.azure.com/openai',
      alsoAt: ['https://*.cognitiveservices.azure.com/openai', 'https://*.services.ai.azure.com/openai'],
      protocols: CHAT_AND_RESPONSES,
      credential: API_KEY,
      shape: 'azure',
      requires: 'api_version',
      // Older versions of this API have no Responses, and older models do not need it.
      quirks: {
        translated: 'openai-chat',
        models: [[{ test: isNewer }, { translated: 'openai-responses' }]],
      },
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

/** By the name of the deployment. The customer chooses it, and it usually contains the model's. */
function isNewer(deployment: string): boolean {
  return needsResponses(deployment.replace(/^.*?(?=gpt-)/i, '')) || /codex|-pro(?:-|$)/i.test(deployment);
}
