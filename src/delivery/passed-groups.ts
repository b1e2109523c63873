import type { HeaderGroup } from '../upstream/header-group.ts';

/**
 * What of an upstream's headers its client gets; all else ends here. A browser, a proxy in front, or the client's SDK
 * takes a header for the gateway's own word, so only those pass that say something of the answer, and nothing of the
 * connection, of the site (cookies, HSTS, CSP, CORS, reports) or of what a proxy should do (`x-accel-…`, `x-sendfile`),
 * and none that would have a client go elsewhere (`location`, `link`, `refresh`).
 */
export const PASSED_GROUPS: readonly HeaderGroup[] = [
  {
    why: 'They describe the body.',
    names: ['content-type', 'content-disposition', 'content-language', 'etag', 'last-modified'],
  },
  {
    why: 'They say when to retry, and what is left of limits. SDKs use them.',
    names: ['retry-after', 'retry-after-ms', 'x-should-retry', 'ratelimit'],
    prefixes: ['x-ratelimit-', 'x-rate-limit-', 'ratelimit-'],
  },
  {
    why: "The id by which the provider's support finds the answer.",
    names: [
      'x-request-id',
      'request-id',
      'x-correlation-id',
      'x-generation-id',
      'apim-request-id',
      'mistral-correlation-id',
      'cf-ray',
      'x-trace',
    ],
  },
  {
    why: 'What the provider says about its API and its own timing.',
    names: [
      'deprecation',
      'sunset',
      'warning',
      'server-timing',
      'x-envoy-upstream-service-time',
      'x-process-time',
      'x-models-etag',
      'x-reasoning-included',
    ],
  },
  {
    why: 'What individual vendors say about an answer: ids, times, regions, tokens, the model that served.',
    prefixes: [
      'anthropic-',
      'openai-',
      'x-openai-',
      'x-codex-',
      'x-goog-request-',
      'x-gemini-',
      'x-amzn-request',
      'x-amzn-trace-',
      'x-amzn-bedrock-',
      'x-ms-request',
      'x-ms-client-request',
      'x-ms-region',
      'x-ms-rai',
      'x-ms-deployment',
      'x-ms-served',
      'x-ms-model',
      'azureml-',
      'x-groq-',
      'x-openrouter-',
      'x-mistral-',
      'x-deepseek-',
      'x-ds-',
      'x-together-',
      'x-fireworks-',
      'fireworks-',
      'x-cohere-',
      'x-xai-',
      'x-cerebras-',
      'x-dashscope-',
      'x-litellm-',
      'x-vllm-',
      'x-inference-',
      'x-compute-',
      'x-total-',
      'x-queue-',
      'x-validation-',
      'x-prompt-',
      'x-generated-',
      'x-time-per-',
    ],
  },
];

/** These do not: whose account it is at the provider is the operator's business. */
export const ACCOUNT_HEADERS: readonly string[] = [
  'openai-organization',
  'openai-project',
  'anthropic-organization-id',
  'anthropic-workspace-id',
  'x-groq-organization-id',
];
