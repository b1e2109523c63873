import type * as openIdClient from 'openid-client';
import { Refusal } from '../../core/refusal.ts';
import type { OidcSettings } from '../../core/sign-in-settings.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../records/log/log.ts';
import { providerFetch } from './provider-fetch.ts';

/** The library, which is loaded with the first sign-in at a provider. */
export type OpenId = typeof openIdClient;

/** The provider as it says of itself, and what asks it. */
export interface Provider {
  readonly openId: OpenId;
  readonly config: openIdClient.Configuration;
}

const TIMEOUT_SECONDS = 5;
const MOST_TRIES = 2;
const RETRY_MS = 250;
/** What a provider says of itself changes seldom; its keys are asked for anew when one is not known. */
const KNOWN_MS = 3_600_000;

/** The provider of the config, asked when somebody signs in: one that is down holds up nothing else. */
export class Providers {
  #known: { readonly settings: OidcSettings; readonly at: number; readonly provider: Promise<Provider> } | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Rejects with the Refusal of one that does not answer. */
  async get(settings: OidcSettings): Promise<Provider> {
    const now = this.clock.now();
    const { settings: before, at = -Infinity } = this.#known ?? {};
    if (before === undefined || !isSame(before, settings) || now - at > KNOWN_MS)
      this.#known = { settings, at: now, provider: this.#discover(settings) };
    const known = this.#known;
    try {
      if (known === undefined) throw new Error('no provider');
      return await known.provider;
    } catch (error) {
      // Whoever comes next asks it anew.
      if (this.#known === known) this.#known = undefined;
      throw this.unavailable(error);
    }
  }

  /** For a provider that does not answer, or answers what nobody can use. */
  unavailable(error: unknown): Refusal {
    const cause = causeOf(error);
    this.log.warn('the OIDC provider cannot be asked', { cause });
    return new Refusal(
      'sign_in_unavailable',
      'The sign-in provider does not answer as it should. Try again in a moment, or sign in with a key.',
      { headers: { 'retry-after': '5' }, detail: cause },
    );
  }

  async #discover(settings: OidcSettings): Promise<Provider> {
    const openId = await import('openid-client');
    for (let tries = 1; ; tries++) {
      try {
        return { openId, config: await discovered(openId, settings) };
      } catch (error) {
        if (tries >= MOST_TRIES) throw error;
        await new Promise<void>((resolve) => void this.clock.after(RETRY_MS, resolve));
      }
    }
  }
}

async function discovered(openId: OpenId, settings: OidcSettings): Promise<openIdClient.Configuration> {
  const { issuer, clientId, clientSecret } = settings;
  const isPlain = issuer.startsWith('http:');
  const config = await openId.discovery(new URL(issuer), clientId, {}, clientAuth(openId, clientSecret), {
    [openId.customFetch]: providerFetch(issuer),
    timeout: TIMEOUT_SECONDS,
    // The config allows plain http on this machine alone. It is marked as deprecated to be noticed.
    // oxlint-disable-next-line typescript/no-deprecated
    execute: isPlain ? [openId.allowInsecureRequests] : [],
  });
  // The signature of an ID token counts, whoever has sent it.
  openId.enableNonRepudiationChecks(config);
  return config;
}

/** How the gateway shows its secret: as providers that do not say want it, or as one says. */
function clientAuth(openId: OpenId, secret: string | undefined): openIdClient.ClientAuth {
  if (secret === undefined) return openId.None();
  const basic = openId.ClientSecretBasic(secret);
  const post = openId.ClientSecretPost(secret);
  return (server, client, body, headers) => {
    const { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] } = server;
    (methods.includes('client_secret_basic') ? basic : post)(server, client, body, headers);
  };
}

function isSame(one: OidcSettings, other: OidcSettings): boolean {
  return one.issuer === other.issuer && one.clientId === other.clientId && one.clientSecret === other.clientSecret;
}

/** What went wrong, for the log: the innermost cause says it. */
function causeOf(error: unknown): string {
  const messages: string[] = [];
  for (let each: unknown = error; each instanceof Error && messages.length < 4; each = each.cause)
    messages.push(each.message);
  return messages.join(': ').slice(0, 300);
}
