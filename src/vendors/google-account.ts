import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { asWord, parseObject } from '../lib/json.ts';

/** A service account's JSON key of Google Cloud. */
export interface GoogleAccount {
  readonly email: string;
  readonly key: KeyObject;
  /** The key in PEM, as in the JSON. */
  readonly pem: string;
  readonly keyId: string | undefined;
  /** Where to get its tokens. */
  readonly tokenUri: string;
}

const TOKEN_URI = 'https://oauth2.googleapis.com/token';

/** Reads a service account's JSON key, or says what is wrong with it, without quoting any of it. */
export function readGoogleAccount(text: string): GoogleAccount | { readonly problem: string } {
  const json = parseObject(text);
  if (json === undefined) return { problem: 'is not valid JSON' };
  const email = asWord(json['client_email']);
  const pem = asWord(json['private_key']);
  if (email === undefined || pem === undefined) return { problem: 'has no client_email or no private_key' };
  const tokenUri = asWord(json['token_uri']) ?? TOKEN_URI;
  if (!URL.canParse(tokenUri) || !/^https?:/.test(tokenUri)) return { problem: 'has a token_uri that is not a URL' };
  try {
    return { email, pem, key: createPrivateKey(pem), keyId: asWord(json['private_key_id']), tokenUri };
  } catch {
    return { problem: 'has a private_key that is none in PEM' };
  }
}
