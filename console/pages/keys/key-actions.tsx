import { useSignal } from '@preact/signals';
import { keyBody, keyDraftOf } from '../../lib/account-draft.ts';
import { useAliases, useTeams } from '../../lib/account-data.ts';
import { ifMatch, type Key } from '../../lib/accounts.ts';
import { call, get } from '../../lib/api.ts';
import { numberText } from '../../lib/format.ts';
import { go } from '../../lib/router.ts';
import { toast } from '../../lib/toasts.ts';
import { timeText } from '../../lib/zone.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { words as accounts } from '../../words/accounts.ts';
import { type KeyUse } from './key-data.ts';
import { KeyForm } from './key-form.tsx';
import { RotateKey } from './rotate-key.tsx';
import { words } from './words.ts';

interface KeyActionsProps {
  readonly apiKey: Key;
  readonly use: KeyUse | undefined;
  readonly onChange: () => void;
}

/** What can be done with a key that was made at run time. */
export function KeyActions({ apiKey, use, onChange }: KeyActionsProps) {
  const open = useSignal<'edit' | 'rotate' | 'disable' | 'revoke' | undefined>(undefined);
  const w = words.value;
  const close = (): void => {
    open.value = undefined;
  };
  const done = (): void => {
    close();
    onChange();
  };
  const path = `/admin/keys/${apiKey.id}`;
  const setEnabled = (enabled: boolean) =>
    call<Key>('PATCH', path, { body: { enabled }, headers: ifMatch(apiKey.version) });
  const enable = async (): Promise<void> => {
    const answer = await setEnabled(true);
    if (answer.ok) toast(w.isEnabled(apiKey.name));
    else toast(answer.error.message, 'bad');
    onChange();
  };
  return (
    <>
      <Button onClick={() => (open.value = 'edit')}>{w.edit}</Button>
      <Button icon="retry" onClick={() => (open.value = 'rotate')}>
        {w.rotate}
      </Button>
      {apiKey.enabled ? (
        <Button icon="pause" onClick={() => (open.value = 'disable')}>
          {w.disable}
        </Button>
      ) : (
        <Button icon="play" onClick={() => void enable()}>
          {w.enable}
        </Button>
      )}
      <Button icon="trash" kind="danger" onClick={() => (open.value = 'revoke')}>
        {w.revoke}
      </Button>
      {open.value === 'edit' && <EditKey apiKey={apiKey} onDone={done} onClose={close} />}
      {open.value === 'rotate' && <RotateKey apiKey={apiKey} onChange={onChange} onClose={close} />}
      {open.value === 'disable' && (
        <Confirm
          title={w.disableTitle(apiKey.name)}
          action={w.disable}
          run={async () => {
            const answer = await setEnabled(false);
            if (answer.ok) toast(w.isDisabled(apiKey.name));
            return answer;
          }}
          onClose={done}
        >
          <p>{w.disableMore}</p>
          <p>{useText(use)}</p>
        </Confirm>
      )}
      {open.value === 'revoke' && (
        <Confirm
          title={w.revokeTitle(apiKey.name)}
          action={w.revoke}
          danger
          run={async () => {
            const answer = await call('DELETE', path, { headers: ifMatch(apiKey.version) });
            if (!answer.ok) return answer;
            toast(w.isRevoked(apiKey.name));
            go('/console/keys', { replace: true });
            return answer;
          }}
          onClose={close}
        >
          <p>{w.revokeMore}</p>
          <p>{useText(use)}</p>
        </Confirm>
      )}
    </>
  );
}

/** What stops with a key. */
function useText(use: KeyUse | undefined): string {
  const { revokeUse, revokeUnused } = words.value;
  return use === undefined ? revokeUnused : revokeUse(numberText(use.requests), timeText(use.lastDay, 'date'));
}

interface EditKeyProps {
  readonly apiKey: Key;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** The form of a key that is there. Only what was changed is sent. */
function EditKey({ apiKey, onDone, onClose }: EditKeyProps) {
  const w = words.value;
  const seen = useSignal(apiKey);
  const draft = useSignal(keyDraftOf(apiKey));
  const teams = useTeams().value.value?.map(({ name }) => name) ?? [];
  const aliases = useAliases();
  const path = `/admin/keys/${apiKey.id}`;
  const reload = async (): Promise<void> => {
    const answer = await get<Key>(path);
    if (!answer.ok) return toast(answer.error.message, 'bad');
    seen.value = answer.value;
    draft.value = keyDraftOf(answer.value);
  };
  return (
    <FormDialog
      title={w.editTitle(apiKey.name)}
      action={accounts.value.save}
      save={() =>
        call<Key>('PATCH', path, {
          body: keyBody(draft.value, keyDraftOf(seen.value)),
          headers: ifMatch(seen.value.version),
        })
      }
      onDone={() => {
        toast(w.saved);
        onDone();
      }}
      onClose={onClose}
      onReload={() => void reload()}
    >
      {(problems) => (
        <KeyForm
          draft={draft.value}
          problems={problems}
          teams={teams}
          aliases={aliases}
          isWhole
          onChange={(next) => (draft.value = next)}
        />
      )}
    </FormDialog>
  );
}
