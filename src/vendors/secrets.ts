import type { Config } from '../config/schema.ts';
import { readGoogleAccount } from './google-account.ts';

type BackendConfig = Config['backends'][number];

/** Every secret of a config: what no line of a log may show. */
export function secretsOf(config: Config): string[] {
  return [...keysOf(config), ...config.backends.flatMap(({ headers = {} }) => Object.values(headers))];
}

/**
 * Those of them that no answer may show: all but values of headers that everybody knows. They would be found in what
 * models say. A header's is one with its scheme and without.
 */
export function secretsKeptFromClients(config: Config): string[] {
  const headers = config.backends.flatMap(({ headers: own = {} }) => Object.entries(own));
  return [...keysOf(config), ...headers.flatMap(headerSecrets)];
}

function keysOf({ proxy_api_key: gatewayKey, backends }: Config): string[] {
  return [gatewayKey, ...backends.flatMap(backendKeys)].filter((key) => key !== undefined);
}

/** The keys of a backend, with the part of a service account's JSON that matters. */
function backendKeys(backend: BackendConfig): (string | undefined)[] {
  const { api_key: key, access_key_id: id, secret_access_key: secret, session_token: token, credentials } = backend;
  const account = credentials === undefined ? undefined : readGoogleAccount(credentials);
  const pem = account === undefined || 'problem' in account ? undefined : account.pem;
  return [key, id, secret, token, credentials, pem];
}

function headerSecrets([name, value]: [string, string]): string[] {
  if (PUBLIC_HEADERS.has(name.toLowerCase()) || PUBLIC_VALUE.test(value)) return [];
  const [, behindScheme] = /^[A-Za-z][\w-]{0,31}\s+(\S+)$/.exec(value) ?? [];
  return behindScheme === undefined ? [value] : [value, behindScheme];
}

/** Headers whose values are versions, features and names of applications. */
const PUBLIC_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'anthropic-beta',
  'anthropic-version',
  'content-type',
  'http-referer',
  'openai-beta',
  'prefer',
  'referer',
  'user-agent',
  'x-goog-api-client',
  'x-title',
]);

/** A short word, a date or version, a media type. */
const PUBLIC_VALUE = /^(?:[A-Za-z]{1,15}|v?\d[\d.:-]{0,14}|(?:application|audio|image|text|video)\/[\w.+-]+)$/;
