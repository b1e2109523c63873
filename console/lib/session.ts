import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { call, get, type Answer } from './api.ts';
import { keepCredentials } from './credentials.ts';

/** From the one who may do everything to the one who sees only what is his own. */
export type Role = 'admin' | 'operator' | 'viewer' | 'team_admin' | 'member';

/** Who is signed in, and how one may sign in. */
export interface Session {
  readonly signed_in: boolean;
  readonly role: Role | null;
  /** Whom the session stands for, as the audit log calls it. */
  readonly caller: string | null;
  /** As an OIDC provider has told it. */
  readonly name: string | null;
  readonly teams: readonly string[];
  /** How it signed in; `local`: it did not have to. */
  readonly by: 'local' | 'admin_key' | 'key' | 'oidc' | null;
  readonly csrf_token: string | null;
  readonly read_only: boolean;
  /** The gateway is a demo: what was before this time is made up. */
  readonly demo?: { readonly history_until: string } | null;
  readonly ways: Ways;
}

/** How one may sign in: with a key, or at the organization's provider. */
export interface Ways {
  readonly key: boolean;
  readonly oidc: { readonly start: string } | null;
}

const SESSION = '/console/session';

/** A gateway without sessions: whoever reaches its admin API may use it. */
const OPEN: Session = {
  signed_in: true,
  role: 'admin',
  caller: null,
  name: null,
  teams: [],
  by: 'local',
  csrf_token: null,
  read_only: false,
  ways: { key: false, oidc: null },
};

const known = signal<Session | undefined>(undefined);

/** Undefined until the gateway has said. */
export const session: ReadonlySignal<Session | undefined> = known;

export const role: ReadonlySignal<Role | undefined> = computed(() => known.value?.role ?? undefined);

const ended = signal(false);

/** Whether the session has ended while a page was open: the page stays as it is, and asks to sign in again. */
export const hasEnded: ReadonlySignal<boolean> = ended;

/** Whether the window to sign in again is open; whoever closes it keeps the page to read. */
export const asksAgain = signal(false);

const times = signal(0);

/** How often somebody has signed in on this page: what was refused meanwhile is asked for again. */
export const signedInTimes: ReadonlySignal<number> = times;

/** Roles in the order of what they may; those of teams see less than a viewer. */
const RANKS: Readonly<Record<Role, number>> = { admin: 4, operator: 3, viewer: 2, team_admin: 1, member: 0 };

/** Whether who is signed in may do what needs `least`. The gateway decides; this only hides what it would refuse. */
export function may(least: Role): boolean {
  const own = role.value;
  return own !== undefined && RANKS[own] >= RANKS[least];
}

/** Asks the gateway who is signed in. */
export async function loadSession(): Promise<void> {
  const before = known.value;
  const answer = await get<Session>(SESSION);
  if (!ended.value) return take(answer);
  // The page that is open is that of whoever was signed in before. For anybody else it starts over.
  if (!answer.ok || !answer.value.signed_in) return;
  if (answer.value.caller !== before?.caller || answer.value.role !== before.role) location.reload();
  ended.value = false;
  take(answer);
  times.value++;
}

/** Signs in with a key of the gateway, or the admin key. */
export async function signIn(key: string): Promise<Answer<Session>> {
  const answer = await call<Session>('POST', SESSION, { body: { key } });
  if (answer.ok) await loadSession();
  return answer;
}

/** Signs out here, or everywhere. */
export async function signOut({ everywhere = false } = {}): Promise<void> {
  const query = everywhere ? { everywhere: 1 } : {};
  const answer = await call<{ readonly provider_sign_out?: string | null }>('DELETE', SESSION, { query });
  const elsewhere = answer.ok ? answer.value.provider_sign_out : undefined;
  // The provider would sign in whoever comes next.
  if (elsewhere !== undefined && elsewhere !== null) location.assign(elsewhere);
  // Nothing that was on the page is for whoever signs in next.
  else location.reload();
}

function take(answer: Answer<Session>): void {
  if (answer.ok) known.value = answer.value;
  else if (answer.error.status === 404) known.value = OPEN;
  // Not reached: what was known stays, and the page says so itself.
  else known.value ??= OPEN;
  keepCredentials(known.value.csrf_token ?? '', lost);
}

/** The session has ended meanwhile: somebody signs in again, above the page. */
function lost(): void {
  const before = known.value;
  if (before?.signed_in === true && before.by !== 'local') ended.value = asksAgain.value = true;
}
