import { z } from 'zod';
import { ROLES } from '../../core/role.ts';

/**
 * What `GET`, `POST` and `DELETE /console/session` answer. Strangers learn from it which ways to sign in there are, and
 * nothing else: every other member is null, false or empty for them.
 */
export const sessionAnswer = z.object({
  signed_in: z.boolean(),
  /** Null: nobody is signed in. */
  role: z.enum(ROLES).nullable(),
  /** Whom the session stands for, as the audit log calls it. */
  caller: z.string().nullable(),
  /** Name and e-mail address, where an OIDC provider has told them. */
  name: z.string().nullable(),
  email: z.string().nullable(),
  /** Of a `team_admin`, the teams that it runs; of a `member`, the one that its key belongs to. */
  teams: z.array(z.string()),
  /** How it signed in; `local`: it did not have to, for the gateway has no key and the request is from its own machine. */
  by: z.enum(['local', 'admin_key', 'key', 'oidc']).nullable(),
  /** To be sent as `x-csrf-token` with everything but GET and HEAD. Null: nobody is signed in by a session. */
  csrf_token: z.string().nullable(),
  /** When the session ends, whatever is done until then. RFC 3339. */
  expires_at: z.string().nullable(),
  /** The session ends when nothing was asked for so long. */
  idle_seconds: z.number().nullable(),
  /** `admin.read_only`: nothing can be changed here. */
  read_only: z.boolean(),
  /** The gateway is a demo: what was before this time is made up. Null: it is none, and nothing is. */
  demo: z.object({ history_until: z.string() }).nullable(),
  /** After signing out: where the provider signs out too, to be gone to. Null: it has no such page, or none was asked. */
  provider_sign_out: z.string().nullable(),
  ways: z.object({
    /** `POST /console/session {"key": …}` with the admin key or one's own key. */
    key: z.boolean(),
    /** Where signing in at the OIDC provider begins; add `?to=/console/…` to come back there. Null: none is configured. */
    oidc: z.object({ start: z.string() }).nullable(),
  }),
});

/** What `POST /console/session` takes. */
export const signInBody = z.strictObject({ key: z.string().min(1).max(4096) });
