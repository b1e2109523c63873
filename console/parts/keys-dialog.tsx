import type { ComponentChildren } from 'preact';
import { showsKeys } from '../lib/keys.ts';
import { words } from '../words/words.ts';
import { Dialog } from './dialog.tsx';

/** All keys, and the letter of each page. */
export function KeysDialog({
  pages,
}: {
  readonly pages: readonly { readonly letter: string; readonly title: string }[];
}) {
  if (!showsKeys.value) return null;
  const { keysTitle, keysOf, andThen, nav } = words.value;
  return (
    <Dialog title={keysTitle} onClose={() => (showsKeys.value = false)} wide>
      <div class="keys">
        <dl>
          <Row text={keysOf.search} keys={<kbd>/</kbd>} />
          <Row text={keysOf.help} keys={<kbd>?</kbd>} />
          <Row text={keysOf.escape} keys={<kbd>Esc</kbd>} />
          <Row
            text={keysOf.rows}
            keys={
              <>
                <kbd>↑</kbd> <kbd>↓</kbd>
              </>
            }
          />
          <Row text={keysOf.open} keys={<kbd>Enter</kbd>} />
          <Row
            text={keysOf.older}
            keys={
              <>
                <kbd>n</kbd> <kbd>p</kbd>
              </>
            }
          />
          <Row text={keysOf.pause} keys={<kbd>{keysOf.space}</kbd>} />
        </dl>
        <dl aria-label={nav}>
          {pages.map(({ letter, title }) => (
            <Row
              key={letter}
              text={title}
              keys={
                <>
                  <kbd>g</kbd> {andThen} <kbd>{letter}</kbd>
                </>
              }
            />
          ))}
        </dl>
      </div>
    </Dialog>
  );
}

function Row({ text, keys }: { readonly text: string; readonly keys: ComponentChildren }) {
  return (
    <div class="keys-row">
      <dt>{text}</dt>
      <dd>{keys}</dd>
    </div>
  );
}
