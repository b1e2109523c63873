import type { GoogleAccount } from '../../../vendors/google-account.ts';
import { withoutCredentials } from '../credentials.ts';
import type { Transport } from '../transport.ts';
import { GoogleTokens } from './token.ts';

/** Adds a service account's access token to each request. */
export function withGoogleToken(transport: Transport, account: GoogleAccount): Transport {
  const tokens = new GoogleTokens(account);
  return {
    ...transport,
    secrets: () => tokens.recent,
    send: async (request) => {
      const token = await tokens.get(request.signal);
      const headers = { ...withoutCredentials(request.headers), authorization: `Bearer ${token}` };
      const response = await transport.send({ ...request, headers });
      if (response.status === 401) tokens.forget(token);
      return response;
    },
  };
}
