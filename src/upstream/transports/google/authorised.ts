import { withoutCredentials } from '../credentials.ts';
import type { Transport } from '../transport.ts';
import type { GoogleTokens } from './token.ts';

/** Adds a service account's access token to each request. */
export function withGoogleToken(transport: Transport, tokens: GoogleTokens): Transport {
  return {
    ...transport,
    secrets: () => tokens.recent,
    send: async (request) => {
      const token = await tokens.get(request.cancellation.signal);
      const headers = { ...withoutCredentials(request.headers), authorization: `Bearer ${token}` };
      const response = await transport.send({ ...request, headers });
      if (response.status === 401) tokens.forget(token);
      return response;
    },
  };
}
