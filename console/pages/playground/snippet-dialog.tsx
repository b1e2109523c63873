import { useSignal } from '@preact/signals';
import { Code } from '../../parts/code.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { currentBody, dialect, isStreamed, model } from './draft.ts';
import { SNIPPETS, type SnippetName } from './snippets.ts';
import { words } from './words.ts';

const NAMES = { curl: 'curl', python: 'Python', javascript: 'JavaScript' } as const;

/** The request as a command or code, to copy. */
export function SnippetDialog({ onClose }: { readonly onClose: () => void }) {
  const w = words.value;
  const name = useSignal<SnippetName>('curl');
  const asking = {
    dialect: dialect(),
    body: currentBody(),
    model: model.value,
    stream: isStreamed(),
    origin: location.origin,
  };
  return (
    <Dialog title={w.asCode} wide onClose={onClose}>
      <Tabs
        label={w.asCode}
        tabs={(['curl', 'python', 'javascript'] as const).map((each) => ({ name: each, text: NAMES[each] }))}
        selected={name.value}
        onSelect={(next) => (name.value = next)}
      >
        <Code label={NAMES[name.value]} text={SNIPPETS[name.value](asking)} />
      </Tabs>
      <p class="hint">{w.keyIsNot}</p>
    </Dialog>
  );
}
