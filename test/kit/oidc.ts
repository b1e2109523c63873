import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenIdProvider from 'oidc-provider';

/** Somebody whom the provider knows. */
export interface Person {
  readonly sub: string;
  readonly name?: string;
  readonly email?: string;
  readonly groups?: readonly string[];
}

/** A real provider of OpenID Connect on this machine, at which everybody signs in without a word. */
export interface OidcProvider {
  readonly issuer: string;
  /** Who sits at the browser. */
  person: Person;
  /** Requests so far, by path. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** The client that it knows. */
export const CLIENT = { client_id: 'llm-proxy', client_secret: 'secret-of-the-client-0123456789' };

interface ProviderContext {
  readonly oidc: {
    readonly provider: OpenIdProvider;
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
  };
}

/** Starts it for a gateway at `gatewayUrl`; `isPublic`: the client has no secret. */
export async function startOidcProvider(gatewayUrl: string, { isPublic = false } = {}): Promise<OidcProvider> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push((request.url ?? '').split('?')[0] ?? '');
    if (request.url?.startsWith('/interaction/') === true) void finish(provider, request, response);
    else provider.callback()(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const own = { issuer, person: { sub: 'ann' } as Person, asked };
  const finish = async (to: OpenIdProvider, ...[request, response]: Parameters<RequestListener>): Promise<void> => {
    await to.interactionDetails(request, response);
    await to.interactionFinished(request, response, { login: { accountId: own.person.sub } });
  };
  const provider = new OpenIdProvider(issuer, {
    clients: [
      {
        ...(isPublic ? { client_id: CLIENT.client_id, token_endpoint_auth_method: 'none' } : CLIENT),
        redirect_uris: [`${gatewayUrl}/console/oidc/callback`],
        post_logout_redirect_uris: [`${gatewayUrl}/`],
      },
    ],
    cookies: { keys: ['a key of the cookies of the provider'] },
    claims: { openid: ['sub', 'groups'], profile: ['name'], email: ['email'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ ...own.person, sub, groups: own.person.groups ?? [] }),
    }),
    async loadExistingGrant({ oidc }: ProviderContext) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  return Object.assign(own, {
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  });
}
