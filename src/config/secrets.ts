import { asWord, parseObject } from '../lib/json.ts';
import { placeBackend } from '../vendors/place.ts';
import type { Environment } from '../lib/environment.ts';
import { otelSecrets } from './otel-settings.ts';
import { type Config, configSchema } from './schema.ts';
import { childSchema, isSecret } from './shape.ts';
import type { z } from 'zod';

/**
 * All secrets of a config, each once: the values that its schema calls secret, parts of them that are secret by themselves,
 * and the keys that requests are signed with, which may come from `env`. A new config key is covered once its schema is a
 * `secret()`.
 */
export function secretsOf(config: Config, env: Environment): string[] {
  return [
    ...new Set([
      ...secretsIn(config, configSchema),
      ...config.backends.flatMap((backend) => signingKeys(backend, env)),
      ...otelSecrets(env),
    ]),
  ];
}

/**
 * The secrets that are removed from answers. Values of well-known headers are not among them: models write such words,
 * too.
 */
export function secretsKeptFromClients(config: Config, env: Environment): string[] {
  const backends = config.backends.map((backend) => ({ ...backend, headers: withoutPublic(backend.headers ?? {}) }));
  return secretsOf({ ...config, backends }, env);
}

function withoutPublic(headers: Readonly<Record<string, string>>): Record<string, string> {
  const isPublic = ([name, value]: [string, string]): boolean =>
    PUBLIC_HEADERS.has(name.toLowerCase()) || PUBLIC_VALUE.test(value);
  return Object.fromEntries(Object.entries(headers).filter((header) => !isPublic(header)));
}

/** Headers with versions, features or names of applications. */
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

function signingKeys(backend: Config['backends'][number], env: Environment): string[] {
  const found = placeBackend(backend, env);
  const signer = 'place' in found ? found.place.signer : undefined;
  if (signer?.scheme !== 'aws') return [];
  const { accessKeyId, secretAccessKey, sessionToken } = signer.keys;
  return [accessKeyId, secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
}

function* secretsIn(value: unknown, schema: z.core.$ZodType): Generator<string> {
  if (typeof value === 'string') {
    if (value !== '' && isSecret(schema)) yield* partsOf(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const child = childSchema(schema, Array.isArray(value) ? Number(key) : key);
      if (child !== undefined) yield* secretsIn(inner, child);
    }
  }
}

function* partsOf(secret: string): Generator<string> {
  yield secret;
  // An answer may show the value without its scheme.
  const [, bare] = /^[A-Za-z][\w-]{0,31} +(\S+)$/.exec(secret) ?? [];
  if (bare !== undefined) yield bare;
  // The password in the URL of a database, as it is written and as it is sent.
  const password = URL.parse(secret)?.password ?? '';
  if (password !== '') yield* [password, plainOf(password)];
  // The private key of a service account's JSON.
  const pem = secret.startsWith('{') ? asWord(parseObject(secret)?.['private_key']) : undefined;
  if (pem !== undefined) yield pem;
}

/** Percent-encoded text as it is meant; as it stands where that is malformed. */
function plainOf(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
