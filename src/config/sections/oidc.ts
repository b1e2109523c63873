import { z } from 'zod';
import { ROLES } from '../../core/role.ts';
import { isLoopbackAddress } from '../../lib/local-host.ts';
import { REFUSED, secret, text } from '../fields.ts';

/** Where the provider sends people back to. */
export const CALLBACK_PATH = '/console/oidc/callback';

/** `admin.oidc`: signing in to the console at an OpenID Connect provider. */
export const oidcSchema = z
  .strictObject({
    issuer: text('URL', 'the URL of an issuer such as https://id.example.com/realms/main')
      .refine(isSafeUrl, { params: REFUSED })
      .describe(
        'The provider, as its `issuer` says: `/.well-known/openid-configuration` below it says the rest. `https://`, or `http://` on this machine. The gateway asks it when somebody signs in, not before.',
      ),
    client_id: text('text').describe('The client that the provider has registered for this gateway.'),
    client_secret: secret()
      .optional()
      .describe('Its secret; without one it is a public client, which PKCE protects all the same.'),
    scopes: z
      .array(text('scope', 'a scope such as profile').regex(/^[\x21\x23-\x5b\x5d-\x7e]*$/))
      .default(['openid', 'profile', 'email'])
      .describe('What is asked of the provider; `openid` always is. Some want `groups` for the claim of groups.'),
    groups_claim: text('text')
      .default('groups')
      .describe('The claim of the ID token, or of the user info, that lists the groups of a person.'),
    roles: z
      .record(z.string(), z.enum(ROLES))
      .default({})
      .describe(
        'What a group may do: `admin`, `operator`, `viewer`, `team_admin` (of the teams that `teams` names) or `member`. Of several, the first of these counts. Whoever is in none of them is not let in.',
      ),
    teams: z
      .record(z.string(), text('team'))
      .default({})
      .describe(
        'Whose groups run a team, and the teams below it: they are `team_admin`, unless `roles` gives them more.',
      ),
    redirect_url: text('URL', `the URL of this gateway that ends in ${CALLBACK_PATH}`)
      .refine((value) => value === '' || (isSafeUrl(value) && new URL(value).pathname === CALLBACK_PATH), {
        params: REFUSED,
      })
      .describe(
        `Where the provider sends people back to, registered there: the address of the console as browsers know it, and \`${CALLBACK_PATH}\`.`,
      ),
  })
  .meta({
    example: `admin:
  oidc:
    issuer: https://id.example.com/realms/main
    client_id: llm-proxy
    client_secret: file:/run/secrets/oidc
    scopes: [openid, profile, email]
    groups_claim: groups
    roles: {llm-admins: admin, staff: viewer}
    teams: {platform-leads: platform}
    redirect_url: https://llm.example.com${CALLBACK_PATH}`,
  })
  .describe(
    'Signing in to the console at an OpenID Connect provider: code flow with PKCE. See [console-sign-in.md](console-sign-in.md).',
  );

/** Nobody on the way reads what is said: over TLS, or on this machine. */
function isSafeUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '' || url.search !== '')
    return value === '';
  if (url.protocol === 'https:') return true;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return url.protocol === 'http:' && (host === 'localhost' || isLoopbackAddress(host));
}
