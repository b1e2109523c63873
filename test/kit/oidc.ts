import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { send, type RawAnswer } from './client.ts';

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
    readonly provider: Provider;
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
    else void provider.callback()(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const own = { issuer, person: { sub: 'ann' } as Person, asked };
  const finish = async (to: Provider, ...[request, response]: Parameters<ReturnType<Provider['callback']>>) => {
    await to.interactionDetails(request, response);
    await to.interactionFinished(request, response, { login: { accountId: own.person.sub } });
  };
  const provider = new Provider(issuer, {
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

/** A browser as far as signing in goes: it follows redirects, and keeps the cookies of each origin. */
export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  /** What it sends to an origin. */
  cookies(url: string): string {
    return Array.from(this.#jars.get(new URL(url).origin) ?? [], ([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Goes to a page, and on to where that sends it; `until` stops before a URL is asked. */
  async visit(
    url: string,
    until: (url: string) => boolean = () => false,
  ): Promise<{ url: string; answer?: RawAnswer }> {
    let at = url;
    for (let hops = 0; hops < 12; hops++) {
      if (until(at)) return { url: at };
      const answer = await this.ask(at);
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status >= 400 || location === undefined) return { url: at, answer };
      await answer.whole();
      at = new URL(location, at).href;
    }
    throw new Error(`${url} leads round and round`);
  }

  /** One request, as a browser makes it. */
  async ask(url: string, method = 'GET', headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    const cookie = this.cookies(url);
    const answer = await send(url, {
      method,
      headers: { accept: 'text/html,*/*', ...(cookie === '' ? {} : { cookie }), ...headers },
    });
    const jar = this.#jars.get(new URL(url).origin) ?? new Map<string, string>();
    this.#jars.set(new URL(url).origin, jar);
    for (const [name, value] of answer.rawHeaders) {
      if (name.toLowerCase() !== 'set-cookie') continue;
      const [, key = '', text = ''] = /^([^=]+)=([^;]*)/.exec(value) ?? [];
      if (text === '' || /max-age=0/i.test(value) || /expires=thu, 01 jan 1970/i.test(value)) jar.delete(key);
      else jar.set(key, text);
    }
    return answer;
  }
}
