import { dismiss, toasts } from '../lib/toasts.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** The messages that are shown now; a screen reader says each as it comes. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, tone, text, link }) => (
        <div key={id} class={`toast tone-${tone}`}>
          <Icon name={tone === 'good' ? 'check' : 'warning'} />
          <span>
            {text} {link && <a href={link.href}>{link.text}</a>}
          </span>
          <Button kind="quiet" icon="close" label={words.value.close} onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
