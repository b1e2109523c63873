import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { madeKey } from '../../lib/made-key.ts';
import { may } from '../../lib/session.ts';
import { Panel } from '../../parts/panel.tsx';
import { SecretInput } from '../../parts/secret-input.tsx';
import { Select } from '../../parts/select.tsx';
import type { KnownKey } from './connect-data.ts';
import { keyId, model, system, tool } from './chosen.ts';
import type { System } from './tool.ts';
import { TOOLS } from './tools.ts';
import { words } from './words.ts';

interface ChoiceProps {
  readonly aliases: readonly string[];
  readonly keys: readonly KnownKey[];
  readonly secret: Signal<string>;
  readonly needsKey: boolean;
  /** The model in the snippets. */
  readonly shownModel: string;
}

/** What is connected, with which key, to which model. */
export function Choice({ aliases, keys, secret, needsKey, shownModel }: ChoiceProps) {
  const w = words.value;
  const id = useId();
  const systems = Object.entries(w.systems) as readonly (readonly [System, string])[];
  return (
    <Panel title={w.choose}>
      <div class="connect-choice">
        <label class="select">
          <span class="field-label">{w.tool}</span>
          <select value={tool.value} onChange={(event) => (tool.value = event.currentTarget.value)}>
            {(['sdk', 'agent', 'app'] as const).map((group) => (
              <optgroup key={group} label={w.groups[group]}>
                {TOOLS.filter((each) => each.group === group).map(({ name, title }) => (
                  <option key={name} value={name}>
                    {title}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </label>
        <div>
          <label class="field-label" for={`${id}-model`}>
            {w.model}
          </label>
          <input
            id={`${id}-model`}
            class="input"
            list={`${id}-models`}
            placeholder={shownModel}
            value={model.value}
            spellcheck={false}
            autocomplete="off"
            aria-describedby={`${id}-model-hint`}
            onInput={(event) => (model.value = event.currentTarget.value.trim())}
          />
          <datalist id={`${id}-models`}>
            {aliases.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <p class="hint" id={`${id}-model-hint`}>
            {w.modelHint}
          </p>
        </div>
        <KeyChoice keys={keys} needsKey={needsKey} />
        {needsKey && <SecretField secret={secret} />}
        <Select label={w.system} value={system.value} options={systems} onChange={(next) => (system.value = next)} />
      </div>
    </Panel>
  );
}

function KeyChoice({ keys, needsKey }: { readonly keys: readonly KnownKey[]; readonly needsKey: boolean }) {
  const w = words.value;
  const made = madeKey.value;
  const options = keys.map(({ id, name }) => [id, id === made?.id ? w.madeNow(name) : name] as const);
  return (
    <div>
      <Select
        label={w.key}
        value={keyId.value || (made?.id ?? '')}
        options={[['', needsKey ? w.anyKey : w.noKey], ...options]}
        onChange={(next) => (keyId.value = next)}
      />
      {may('admin') && (
        <a class="hint" href="/console/keys?new=1">
          {w.makeKey}
        </a>
      )}
    </div>
  );
}

function SecretField({ secret }: { readonly secret: Signal<string> }) {
  const w = words.value;
  const id = useId();
  return (
    <div>
      <label class="field-label" for={id}>
        {w.secret}
      </label>
      <SecretInput id={id} value={secret.value} describedBy={`${id}-hint`} onInput={(text) => (secret.value = text)} />
      <p class="hint" id={`${id}-hint`}>
        {w.secretHint}
      </p>
    </div>
  );
}
