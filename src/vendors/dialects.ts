import type { ProtocolName } from '../core/part.ts';
import type { CredentialHeader } from '../core/route.ts';

/** Where a key goes: the name of the header. */
export const BEARER: CredentialHeader = { name: 'authorization', prefix: 'Bearer ' };
export const X_API_KEY: CredentialHeader = { name: 'x-api-key', prefix: '' };
export const API_KEY: CredentialHeader = { name: 'api-key', prefix: '' };
export const X_GOOG_API_KEY: CredentialHeader = { name: 'x-goog-api-key', prefix: '' };

/** Every header that may hold a key. A client's are read in this order. Lower case. */
export const CREDENTIAL_HEADERS: readonly string[] = [BEARER, X_API_KEY, API_KEY, X_GOOG_API_KEY].map(
  ({ name }) => name,
);

/** The default dialect: most vendors', and the gateway's own at paths of no dialect. */
export const DEFAULT_PROTOCOL: ProtocolName = 'openai-chat';

/** The dialects that rows name. */
export const CHAT = ['openai-chat'] as const;
export const CHAT_AND_RESPONSES = ['openai-chat', 'openai-responses'] as const;
export const RESPONSES = ['openai-responses'] as const;
export const MESSAGES = ['anthropic-messages'] as const;
export const GEMINI = ['gemini'] as const;

/** By the keys of `passthrough` in the config: a backend has the rest of an API if it speaks one of these. */
export const DIALECTS_OF_API: Readonly<Record<string, readonly ProtocolName[]>> = {
  openai: CHAT_AND_RESPONSES,
  anthropic: MESSAGES,
  gemini: GEMINI,
};

/** A dialect as backends offer it. */
export interface Dialect {
  /** Its name in `backends[].protocol`. */
  readonly name: string;
  readonly protocol: ProtocolName;
  readonly credential: CredentialHeader;
  /** Headers that every request to a backend needs. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * OpenRouter's name for its signatures (`reasoning_details[].format`), which clients of chat completions use, too.
   */
  readonly signatureFormat?: string;
}

/** Every dialect, by its name in the config. */
export const DIALECTS: readonly Dialect[] = [
  { name: 'openai', protocol: 'openai-chat', credential: BEARER, headers: {} },
  {
    name: 'openai-responses',
    protocol: 'openai-responses',
    credential: BEARER,
    headers: {},
    signatureFormat: 'openai-responses-v1',
  },
  {
    name: 'anthropic',
    protocol: 'anthropic-messages',
    credential: X_API_KEY,
    headers: { 'anthropic-version': '2023-06-01' },
    signatureFormat: 'anthropic-claude-v1',
  },
  {
    name: 'gemini',
    protocol: 'gemini',
    credential: X_GOOG_API_KEY,
    headers: {},
    signatureFormat: 'google-gemini-v1',
  },
];

/** The dialect of this name. Every row of a vendor names an existing one. */
export function dialectOf(protocol: ProtocolName): Dialect {
  const dialect = DIALECTS.find((candidate) => candidate.protocol === protocol);
  if (dialect === undefined) throw new Error(`no dialect ${protocol}`);
  return dialect;
}
