import { NameRule } from '../lib/name-rule.ts';

/**
 * Headers of an upstream that its client gets; all others end here. A browser, a proxy in front, or the client's SDK
 * takes a header for the gateway's own word, so only those pass that say something of the answer, and nothing of the
 * connection, of the site (cookies, HSTS, CSP, CORS, reports) or of what a proxy should do (`x-accel-…`, `x-sendfile`),
 * and none that would have a client go elsewhere (`location`, `link`, `refresh`).
 */
export const PASSED = new NameRule((name) => (NAMES.has(name) || FAMILIES.test(name)) && !ACCOUNTS.has(name));

const NAMES: ReadonlySet<string> = new Set([
  // What the body is.
  'content-type',
  'content-disposition',
  'content-language',
  'etag',
  'last-modified',
  // When to come again. SDKs go by these.
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'ratelimit',
  // Under which id the provider's support knows the answer.
  'x-request-id',
  'request-id',
  'x-correlation-id',
  'x-generation-id',
  'apim-request-id',
  'mistral-correlation-id',
  'cf-ray',
  'x-trace',
  // What the provider says of its API and of its own time.
  'deprecation',
  'sunset',
  'warning',
  'server-timing',
  'x-envoy-upstream-service-time',
  'x-process-time',
  'x-models-etag',
  'x-reasoning-included',
]);

/** Families: limits, and what single vendors tell of an answer (ids, times, regions, tokens, the model that served). */
const FAMILIES = new RegExp(
  `^(?:${[
    'x-ratelimit-',
    'x-rate-limit-',
    'ratelimit-',
    'anthropic-',
    'openai-',
    'x-openai-',
    'x-codex-',
    'x-goog-request-',
    'x-gemini-',
    'x-amzn-request',
    'x-amzn-trace-',
    'x-amzn-bedrock-',
    'x-ms-(?:request|client-request|region|rai|deployment|served|model)',
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
    'x-(?:total|queue|validation|prompt|generated|time-per)-',
  ].join('|')})`,
);

/** Whose account it is at the provider is the operator's business. */
const ACCOUNTS: ReadonlySet<string> = new Set([
  'openai-organization',
  'openai-project',
  'anthropic-organization-id',
  'anthropic-workspace-id',
  'x-groq-organization-id',
]);

/** What a browser would run, or take for a page, on the gateway's own site. */
const ACTIVE =
  /(?:^|[\s,;])(?:text\/(?:html|xml|xsl|javascript|ecmascript|jscript|cache-manifest)|application\/(?:xml|javascript|ecmascript|x-javascript|x-shockwave-flash)|multipart\/|message\/|[\w.-]+\/[\w.-]+\+xml)/i;

/** Content types of which a browser that goes there would run what the answer holds. */
export const ACTIVE_TYPES = new NameRule((contentType) => ACTIVE.test(contentType));

/** What makes a browser show such an answer, a page of a proxy's error, say, and run nothing of it. */
export const INERT = "sandbox; default-src 'none'";
