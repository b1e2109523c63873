import { CREDENTIAL_HEADERS } from '../../vendors/dialects.ts';

/** The headers without any key: a client's, say, where the request is authorised in another way. */
export function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !CREDENTIAL_HEADERS.includes(name.toLowerCase())),
  );
}
