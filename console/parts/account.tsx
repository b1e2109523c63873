import { signal } from '@preact/signals';
import { session, signOut, type Session } from '../lib/session.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';

const isOpen = signal(false);

/** Who is signed in, with the role; nothing where nobody has to sign in. */
export function Account() {
  const own = session.value;
  if (own === undefined || own.role === null || own.by === 'local') return null;
  const { roles, signedInAs, readOnly } = words.value;
  const name = nameOf(own);
  return (
    <button
      type="button"
      class="button button-quiet account-button"
      title={signedInAs(name)}
      onClick={() => (isOpen.value = true)}
    >
      <Icon name="user" />
      <span>
        {name} · {roles[own.role]}
        {own.read_only && ` · ${readOnly}`}
      </span>
    </button>
  );
}

function nameOf({ name, caller }: Session): string {
  return name ?? caller ?? '';
}

/** More of the same, and how to leave. */
export function AccountDialog() {
  const own = session.value;
  if (!isOpen.value || own === undefined) return null;
  const w = words.value;
  const onClose = (): void => {
    isOpen.value = false;
  };
  const { role, teams, by, caller } = own;
  const leave = (everywhere: boolean) => () => {
    onClose();
    void signOut({ everywhere });
  };
  const footer = (
    <>
      <Button onClick={leave(true)}>{w.signOutEverywhere}</Button>
      <Button kind="main" icon="exit" onClick={leave(false)}>
        {w.signOut}
      </Button>
    </>
  );
  return (
    <Dialog title={nameOf(own)} onClose={onClose} footer={footer}>
      <dl class="account-facts">
        <dt>{w.role}</dt>
        <dd>{role !== null && w.roles[role]}</dd>
        <dt>{w.inLog}</dt>
        <dd>{caller}</dd>
        {teams.length > 0 && (
          <>
            <dt>{w.ownTeams}</dt>
            <dd>{teams.join(', ')}</dd>
          </>
        )}
        <dt>{w.signedInBy}</dt>
        <dd>{by !== null && w.signInWays[by]}</dd>
      </dl>
    </Dialog>
  );
}
