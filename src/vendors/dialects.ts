import type { ProtocolName } from '../core/part.ts';
import type { CredentialHeader } from '../core/route.ts';

/** Where keys stand, by the name of the header. */
export const BEARER: CredentialHeader = { name: 'authorization', prefix: 'Bearer ' };
export const X_API_KEY: CredentialHeader = { name: 'x-api-key', prefix: '' };
export const API_KEY: CredentialHeader = { name: 'api-key', prefix: '' };
export const X_GOOG_API_KEY: CredentialHeader = { name: 'x-goog-api-key', prefix: '' };

/** Every header in which a key may stand, in the order in which a client's are looked at. Lower case. */
export const CREDENTIAL_HEADERS: readonly string[] = [BEARER, X_API_KEY, API_KEY, X_GOOG_API_KEY].map(
  ({ name }) => name,
);

/** What is spoken where nobody says otherwise: most vendors', and the gateway's own at paths that are no dialect's. */
export const DEFAULT_PROTOCOL: ProtocolName = 'openai-chat';

/** What rows speak. */
export const CHAT = ['openai-chat'] as const;
export const CHAT_AND_RESPONSES = ['openai-chat', 'openai-responses'] as const;
export const RESPONSES = ['openai-responses'] as const;
export const MESSAGES = ['anthropic-messages'] as const;
export const GEMINI = ['gemini'] as const;

/** A dialect as backends speak it. */
export interface Dialect {
  /** What `backends[].protocol` calls it. */
  readonly name: string;
  readonly protocol: ProtocolName;
  readonly credential: CredentialHeader;
  /** Headers without which a backend answers nothing. */
  readonly headers: Readonly<Record<string, string>>;
  /** What OpenRouter calls signatures of its models (`reasoning_details[].format`), and so clients of chat completions. */
  readonly signatureFormat?: string;
}

/** Every dialect, by the name that the config has for it. */
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

/** The dialect that the gateway calls `protocol`; every row of a vendor has one. */
export function dialectOf(protocol: ProtocolName): Dialect {
  const dialect = DIALECTS.find((candidate) => candidate.protocol === protocol);
  if (dialect === undefined) throw new Error(`no dialect ${protocol}`);
  return dialect;
}
