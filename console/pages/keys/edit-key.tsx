import { useSignal } from '@preact/signals';
import { keyBody, keyDraftOf } from '../../lib/account-draft.ts';
import { useAliases, useTeams } from '../../lib/account-data.ts';
import { ifMatch, type Key } from '../../lib/accounts.ts';
import { call, get } from '../../lib/api.ts';
import { toast } from '../../lib/toasts.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { words as accounts } from '../../words/accounts.ts';
import { KeyForm } from './key-form.tsx';
import { words } from './words.ts';

interface EditKeyProps {
  readonly apiKey: Key;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** The form of a key that is there. Only what was changed is sent. */
export function EditKey({ apiKey, onDone, onClose }: EditKeyProps) {
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
