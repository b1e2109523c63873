import { BEARER, CHAT, GEMINI, MESSAGES } from '../dialects.ts';
import { BY_EFFORT, UNTOLD } from '../thinking-controls.ts';
import type { Vendor } from '../vendor.ts';

const GOOGLE = { scheme: 'google' } as const;

const VERTEX = 'https://{aiplatform}/v1/projects/{project}/locations/{location}';

/** Vertex AI: Gemini, Claude, and the OpenAI-compatible endpoint for others. */
export const vertex: Vendor = {
  name: 'vertex',
  traceName: 'gcp.vertex_ai',
  endpoints: [
    {
      url: `${VERTEX}/publishers/google`,
      protocols: GEMINI,
      credential: BEARER,
      signing: GOOGLE,
      quirks: { callIds: false },
    },
    {
      url: `${VERTEX}/publishers/anthropic`,
      protocols: MESSAGES,
      credential: BEARER,
      signing: GOOGLE,
      shape: 'vertex-claude',
      // Only Anthropic's own API has system turns and media by URL. Strict schemas are off unless the organisation
      // allows them:
      // https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/partner-models/claude/structured_outputs.
      quirks: { systemTurns: false, structured: false, mediaUrls: false },
    },
    {
      url: `${VERTEX}/endpoints/openapi`,
      protocols: CHAT,
      credential: BEARER,
      signing: GOOGLE,
      // Whether models of other makers take an effort is not documented.
      quirks: { thinking: UNTOLD, models: [[/gemini|gpt-oss/, { thinking: BY_EFFORT }]] },
    },
  ],
  settings: ['project', 'location', 'credentials'],
};
