import { useSignal } from '@preact/signals';
import { keyBody, keyDraftOf } from '../../lib/account-draft.ts';
import { useAliases, useTeams } from '../../lib/account-data.ts';
import type { Key } from '../../lib/accounts.ts';
import { call } from '../../lib/api.ts';
import { urlField } from '../../lib/url-state.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { KeyForm } from './key-form.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { words } from './words.ts';

/** A key with its secret, as it is told once. */
export type KeyWithSecret = Key & { readonly key: string };

/** The team that the list shows: a key that is made there is of that team. */
const shownTeam = urlField('team');

/** The form of a new key, and then its secret. */
export function NewKey({ onClose }: { readonly onClose: () => void }) {
  const w = words.value;
  const draft = useSignal({ ...keyDraftOf(), team: shownTeam.value });
  const made = useSignal<KeyWithSecret | undefined>(undefined);
  const teams = useTeams().value.value?.map(({ name }) => name) ?? [];
  const aliases = useAliases();
  if (made.value !== undefined) return <SecretDialog made={made.value} onClose={onClose} />;
  return (
    <FormDialog
      title={w.newKey}
      action={w.create}
      save={() => call<KeyWithSecret>('POST', '/admin/keys', { body: keyBody(draft.value) })}
      onDone={(value) => (made.value = value)}
      onClose={onClose}
    >
      {(problems) => (
        <KeyForm
          draft={draft.value}
          problems={problems}
          teams={teams}
          aliases={aliases}
          isWhole={false}
          onChange={(next) => (draft.value = next)}
        />
      )}
    </FormDialog>
  );
}
