import { NameRule } from '../lib/name-rule.ts';
import { CREDENTIAL_HEADERS } from '../vendors/dialects.ts';

/** Headers of a client that no backend gets, whoever's key it is asked with. Lower case. */
export const WITHHELD = new NameRule(isWithheld);

/**
 * Those that no backend gets that is asked with the gateway's own credentials, or with none: besides, what carries keys
 * and what chooses whose account pays. One client must not spend another's money, nor have a backend refuse the
 * gateway's key and so take it from all.
 */
export const WITHHELD_WITH_KEYS = new NameRule(
  (name) => isWithheld(name) || isClosed(name) || BROWSERS.test(name) || namesAccount(name),
);

function isWithheld(name: string): boolean {
  return ALWAYS.has(name) || BETWEEN_SERVERS.test(name);
}

const ALWAYS: ReadonlySet<string> = new Set([
  // They belong to the client's connection and end with it (RFC 9110, 7.6.1).
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
  // They describe bytes that the gateway writes anew, or ask for other bytes than it can read.
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
  // They turn a good answer into a part of one, none, or a redirect, which would look like a fault of the backend.
  'range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'upgrade-insecure-requests',
  // They are between the client and the gateway alone.
  'cookie',
  'cookie2',
  'set-cookie',
  // They tell one server of another where a request came from: that is said by the gateway, if it is told to.
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
]);

/** More of those, and what makes some servers take a request for another (method, path, host). */
const BETWEEN_SERVERS = /^(?:x-forwarded-|x-original-|x-rewrite-|x-http-method|x-method-override|x-envoy-|x-arr-)/;

/** What browsers say of the page that asks. Anthropic, for one, refuses a key that comes with an `Origin`. */
const BROWSERS = /^(?:origin$|referer$|sec-|access-control-)/;

/** Names that are the vendor's own: of these pass only those that are known to select no account. */
function isClosed(name: string): boolean {
  return VENDORS_OWN.test(name) && !KNOWN_HARMLESS.has(name);
}

const VENDORS_OWN =
  /^(?:openai-|anthropic-|x-goog-|x-vertex-|x-amz|x-ms-|azure-|ocp-apim-|chatgpt-|cf-|x-databricks-|x-snowflake-|x-portkey|portkey-|helicone-|x-litellm-|litellm-|x-llm-proxy-|x-vercel-|proxy-)/;

const KNOWN_HARMLESS: ReadonlySet<string> = new Set([
  'openai-beta',
  'openai-version',
  'anthropic-version',
  'anthropic-beta',
  'anthropic-dangerous-direct-browser-access',
  'x-goog-api-client',
]);

const CREDENTIALS: ReadonlySet<string> = new Set(CREDENTIAL_HEADERS);

/** Whether a name, whoever's it is, says that its value is a key or an account. */
function namesAccount(name: string): boolean {
  if (CREDENTIALS.has(name) || /(?:api|access|auth|subscription|functions)[-_.]?key$/.test(name)) return true;
  return name.split(/[-_.]/).some((word) => ACCOUNT_WORDS.has(word));
}

const ACCOUNT_WORDS: ReadonlySet<string> = new Set([
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
]);
