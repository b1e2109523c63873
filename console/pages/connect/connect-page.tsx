import { useSignal } from '@preact/signals';
import { session } from '../../lib/session.ts';
import { Code } from '../../parts/code.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { words as common } from '../../words/words.ts';
import { keyId, model, system, tool } from './chosen.ts';
import { Choice } from './choice.tsx';
import { useAliases, useKeys } from './connect-data.ts';
import { TestRequest } from './test-request.tsx';
import { setVariables, VARIABLE } from './tool.ts';
import { TOOLS } from './tools.ts';
import { Watch } from './watch.tsx';
import { words } from './words.ts';
import { madeKey } from '../../lib/made-key.ts';
import './connect.css';

/** From a choice of tool, key and model to what has to be pasted, and a look whether it works. */
export function ConnectPage() {
  const w = words.value;
  const secret = useSignal('');
  const aliases = useAliases();
  const keys = useKeys();
  const chosen = TOOLS.find(({ name }) => name === tool.value) ?? TOOLS[0];
  if (chosen === undefined) return null;
  const needsKey = session.value?.ways.key !== false;
  const made = madeKey.value?.id === keyId.value || keyId.value === '' ? madeKey.value : undefined;
  const given = secret.value.trim() || made?.secret;
  const key = given ?? (needsKey ? w.placeholder : 'none');
  const name = model.value || (aliases.value[0] ?? 'demo');
  const { origin, hostname } = location;
  const facts = { origin, model: name, key, system: system.value };
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  const watched = keys.value.find(({ id }) => id === (keyId.value || made?.id));
  return (
    <Page title={common.value.pages.connect}>
      <div class="connect">
        <Choice aliases={aliases.value} keys={keys.value} secret={secret} needsKey={needsKey} shownModel={name} />
        <div class="connect-steps">
          <Panel title={chosen.title}>
            <p class="hint">
              {w.address(origin)} {isLocal && w.loopback}
            </p>
            {chosen.note && <p class="hint">{w.notes[chosen.note]}</p>}
            {chosen.usesVariable && <Step title={w.setKey} text={setVariables(system.value, { [VARIABLE]: key })} />}
            {chosen.snippets(facts).map(({ title, text }) => (
              <Step key={title} title={title} text={text} />
            ))}
            <p class="hint">{w.docs}</p>
          </Panel>
          <Panel title={w.check}>
            <TestRequest dialect={chosen.dialect} model={name} secret={given ?? (needsKey ? undefined : 'none')} />
            <Watch key={watched?.id ?? ''} name={watched?.name} isAnyone={!needsKey} />
          </Panel>
        </div>
      </div>
    </Page>
  );
}

function Step({ title, text }: { readonly title: string; readonly text: string }) {
  const w = words.value;
  return (
    <section class="connect-step">
      <h3 class="field-label">{title === 'terminal' ? w.system : title === text ? w.install : title}</h3>
      <Code label={title} text={text} />
    </section>
  );
}
