import { useSignal } from '@preact/signals';
import { ifMatch, type Key } from '../../lib/accounts.ts';
import { call } from '../../lib/api.ts';
import { numberText } from '../../lib/format.ts';
import { go } from '../../lib/router.ts';
import { toast } from '../../lib/toasts.ts';
import { timeText } from '../../lib/zone.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { EditKey } from './edit-key.tsx';
import type { KeyUse } from './key-data.ts';
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
  const enable = async (): Promise<void> => {
    const answer = await setEnabled(apiKey, true);
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
      <Button
        icon={apiKey.enabled ? 'pause' : 'play'}
        onClick={() => (apiKey.enabled ? (open.value = 'disable') : void enable())}
      >
        {apiKey.enabled ? w.disable : w.enable}
      </Button>
      <Button icon="trash" kind="danger" onClick={() => (open.value = 'revoke')}>
        {w.revoke}
      </Button>
      {open.value === 'edit' && <EditKey apiKey={apiKey} onDone={done} onClose={close} />}
      {open.value === 'rotate' && <RotateKey apiKey={apiKey} onChange={onChange} onClose={close} />}
      {open.value === 'disable' && <DisableKey apiKey={apiKey} use={use} onClose={done} />}
      {open.value === 'revoke' && <RevokeKey apiKey={apiKey} use={use} onClose={close} />}
    </>
  );
}

interface StopProps {
  readonly apiKey: Key;
  readonly use: KeyUse | undefined;
  readonly onClose: () => void;
}

function DisableKey({ apiKey, use, onClose }: StopProps) {
  const w = words.value;
  const run = async () => {
    const answer = await setEnabled(apiKey, false);
    if (answer.ok) toast(w.isDisabled(apiKey.name));
    return answer;
  };
  return (
    <Confirm title={w.disableTitle(apiKey.name)} action={w.disable} run={run} onClose={onClose}>
      <p>{w.disableMore}</p>
      <p>{stopText(use)}</p>
    </Confirm>
  );
}

function RevokeKey({ apiKey, use, onClose }: StopProps) {
  const w = words.value;
  const run = async () => {
    const answer = await call('DELETE', `/admin/keys/${apiKey.id}`, { headers: ifMatch(apiKey.version) });
    if (!answer.ok) return answer;
    toast(w.isRevoked(apiKey.name));
    go('/console/keys', { replace: true });
    return answer;
  };
  return (
    <Confirm title={w.revokeTitle(apiKey.name)} action={w.revoke} danger run={run} onClose={onClose}>
      <p>{w.revokeMore}</p>
      <p>{stopText(use)}</p>
    </Confirm>
  );
}

function setEnabled({ id, version }: Key, enabled: boolean) {
  return call<Key>('PATCH', `/admin/keys/${id}`, { body: { enabled }, headers: ifMatch(version) });
}

/** What stops with a key. */
function stopText(use: KeyUse | undefined): string {
  const { revokeUse, revokeUnused } = words.value;
  return use === undefined ? revokeUnused : revokeUse(numberText(use.requests), timeText(use.lastDay, 'date'));
}
