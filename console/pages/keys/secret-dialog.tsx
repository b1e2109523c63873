import { useEffect } from 'preact/hooks';
import { madeKey } from '../../lib/made-key.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { timeText, zone } from '../../lib/zone.ts';
import { Button } from '../../parts/button.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import type { KeyWithSecret } from './new-key.tsx';
import { words } from './words.ts';

/** A secret, the only time that it is shown, and where to go on with it. */
export function SecretDialog({ made, onClose }: { readonly made: KeyWithSecret; readonly onClose: () => void }) {
  const w = words.value;
  const { id, name, key, previous_until: until } = made;
  // Connect fills it in, as long as this page is there.
  useEffect(() => {
    madeKey.value = { id, name, secret: key };
  }, [id, name, key]);
  const footer = (
    <>
      <a class="button" href={hrefWith('/console/connect', { key: id })}>
        {w.connect}
      </a>
      <Button kind="main" onClick={onClose}>
        {w.done}
      </Button>
    </>
  );
  return (
    <Dialog title={w.secretTitle} wide isKept onClose={onClose} footer={footer}>
      <p>
        <b>{name}</b>
        {': '}
        {w.secretOnce}
      </p>
      <div class="secret" data-first>
        <code>{key}</code>
        <Copy text={key}>{w.copyKey}</Copy>
      </div>
      {until !== undefined && <p class="hint">{w.rotatingUntil(`${timeText(until)} ${zone.value}`)}</p>}
    </Dialog>
  );
}
