import { CREDENTIAL_HEADERS } from '../vendors/dialects.ts';
import type { HeaderGroup } from './header-group.ts';

/** What no backend gets of a client's headers, whoever's key it is asked with. */
export const WITHHELD_ALWAYS: readonly HeaderGroup[] = [
  {
    // RFC 9110, 7.6.1
    why: "They belong to the client's connection and end with it.",
    names: [
      'connection',
      'keep-alive',
      'proxy-authenticate',
      'proxy-authorization',
      'proxy-connection',
      'te',
      'trailer',
      'transfer-encoding',
      'upgrade',
      'http2-settings',
      'host',
    ],
  },
  {
    why: 'They describe bytes that the gateway rewrites, or ask for an encoding that it does not read.',
    names: [
      'content-length',
      'content-encoding',
      'content-md5',
      'content-digest',
      'repr-digest',
      'digest',
      'signature',
      'signature-input',
      'expect',
      'accept-encoding',
    ],
  },
  {
    why: 'They turn a good answer into a partial one, none, or a redirect, which would look like a failure of the backend.',
    names: [
      'range',
      'if-match',
      'if-none-match',
      'if-modified-since',
      'if-unmodified-since',
      'if-range',
      'upgrade-insecure-requests',
    ],
  },
  {
    why: 'They tell of traces that are no business of a provider; backends with `trace: true` are told of them in the words of the gateway.',
    names: ['traceparent', 'tracestate', 'baggage'],
  },
  { why: 'They are only for the gateway.', names: ['cookie', 'cookie2', 'set-cookie'] },
  {
    why: 'They tell servers where a request came from, which only the gateway itself may say, or make some servers treat a request as another one (method, path, host).',
    names: [
      'forwarded',
      'via',
      'x-real-ip',
      'true-client-ip',
      'client-ip',
      'x-client-ip',
      'x-cluster-client-ip',
      'x-remote-ip',
      'x-remote-addr',
      'fastly-client-ip',
      'x-host',
    ],
    prefixes: ['x-forwarded-', 'x-original-', 'x-rewrite-', 'x-http-method', 'x-method-override', 'x-envoy-', 'x-arr-'],
  },
];

/** What passes though its name is a vendor's own: it is known to select no account. */
export const HARMLESS: readonly string[] = [
  'openai-beta',
  'openai-version',
  'anthropic-version',
  'anthropic-beta',
  'anthropic-dangerous-direct-browser-access',
  'x-goog-api-client',
];

/** Words of a name that say that its value is a key or an account, whoever's name it is. */
export const ACCOUNT_WORDS: readonly string[] = [
  'organization',
  'organisation',
  'org',
  'orgid',
  'project',
  'projectid',
  'workspace',
  'account',
  'tenant',
  'subscription',
  'token',
  'secret',
  'credential',
  'credentials',
  'auth',
  'authorization',
  'authentication',
  'password',
  'impersonate',
];

/**
 * What no backend gets besides that is asked with the gateway's own credentials, or with none: what carries keys and what
 * chooses whose account pays. One client must not spend another's money, nor have a backend refuse the gateway's key and so
 * take it from all.
 */
export const WITHHELD_BESIDE_KEYS: readonly HeaderGroup[] = [
  { why: 'They carry keys.', names: CREDENTIAL_HEADERS },
  {
    // Anthropic, for one, refuses a key that comes with an `Origin`.
    why: 'Browsers send them about the page.',
    names: ['origin', 'referer'],
    prefixes: ['sec-', 'access-control-'],
  },
  {
    why: 'They belong to a vendor and may select an account.',
    prefixes: [
      'openai-',
      'anthropic-',
      'x-goog-',
      'x-vertex-',
      'x-amz',
      'x-ms-',
      'azure-',
      'ocp-apim-',
      'chatgpt-',
      'cf-',
      'x-databricks-',
      'x-snowflake-',
      'x-portkey',
      'portkey-',
      'helicone-',
      'x-litellm-',
      'litellm-',
      'x-llm-proxy-',
      'x-vercel-',
      'proxy-',
    ],
  },
];
