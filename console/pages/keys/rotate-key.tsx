import { useSignal } from '@preact/signals';
import { ifMatch, type Key } from '../../lib/accounts.ts';
import { call } from '../../lib/api.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Select } from '../../parts/select.tsx';
import type { KeyWithSecret } from './new-key.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { words } from './words.ts';

interface RotateKeyProps {
  readonly apiKey: Key;
  readonly onChange: () => void;
  readonly onClose: () => void;
}

/** Gives a key a new secret, and shows it. */
export function RotateKey({ apiKey, onChange, onClose }: RotateKeyProps) {
  const w = words.value;
  const grace = useSignal<keyof typeof w.graces>('24h');
  const made = useSignal<KeyWithSecret | undefined>(undefined);
  if (made.value !== undefined) return <SecretDialog made={made.value} onClose={onClose} />;
  return (
    <Confirm
      title={w.rotateTitle(apiKey.name)}
      action={w.rotate}
      run={async () => {
        const answer = await call<KeyWithSecret>('POST', `/admin/keys/${apiKey.id}/rotate`, {
          body: { grace: grace.value },
          headers: ifMatch(apiKey.version),
        });
        if (answer.ok) made.value = answer.value;
        return answer;
      }}
      onClose={() => (made.value === undefined ? onClose() : onChange())}
    >
      <p>{w.rotateMore}</p>
      <Select
        label={w.grace}
        value={grace.value}
        options={Object.entries(w.graces) as [keyof typeof w.graces, string][]}
        onChange={(next) => (grace.value = next)}
      />
    </Confirm>
  );
}
