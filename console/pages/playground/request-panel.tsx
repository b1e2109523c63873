import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Select } from '../../parts/select.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import type { Json } from './dialects/dialect.ts';
import { DIALECT_NAMES } from './dialects/dialects.ts';
import {
  dialectName,
  isStreamed,
  key,
  model,
  otherModel,
  setDialect,
  setWhole,
  streamField,
  wholeBody,
} from './draft.ts';
import { JsonArea } from './json-area.tsx';
import { ModelField, useModelNames } from './model-field.tsx';
import { RequestForm } from './request-form.tsx';
import { SnippetDialog } from './snippet-dialog.tsx';
import { words } from './words.ts';

interface RequestPanelProps {
  readonly isRunning: boolean;
  readonly onSend: () => void;
  readonly onStop: () => void;
  /** Undefined: not for this role. */
  readonly onExplain: (() => void) | undefined;
}

/** What is asked, of whom, and how. */
export function RequestPanel({ isRunning, onSend, onStop, onExplain }: RequestPanelProps) {
  const w = words.value;
  const view = useSignal<'form' | 'json'>('form');
  const isCopied = useSignal(false);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || model.value === '') return;
    event.preventDefault();
    onSend();
  };
  return (
    <Panel title={w.request}>
      <div class="ask" onKeyDown={onKeyDown}>
        <Target />
        <Tabs
          label={w.request}
          tabs={(['form', 'json'] as const).map((name) => ({ name, text: w.views[name] }))}
          selected={view.value}
          onSelect={(next) => (view.value = next)}
        >
          {view.value === 'form' ? (
            <RequestForm />
          ) : (
            <JsonArea
              label={w.bodyLabel}
              rows={18}
              value={wholeBody()}
              accepts={(value) => typeof value === 'object' && value !== null && !Array.isArray(value)}
              onChange={(value) => setWhole((value ?? {}) as Json)}
            />
          )}
        </Tabs>
        <div class="ask-actions">
          {isRunning ? (
            <Button kind="danger" icon="close" onClick={onStop}>
              {w.stop}
            </Button>
          ) : (
            <Button kind="main" icon="play" disabled={model.value === ''} onClick={onSend}>
              {w.send}
            </Button>
          )}
          {onExplain && (
            <Button disabled={model.value === ''} onClick={onExplain}>
              {w.explain}
            </Button>
          )}
          <Button icon="copy" onClick={() => (isCopied.value = true)}>
            {w.asCode}
          </Button>
          <span class="hint">
            <kbd>Ctrl</kbd> <kbd>Enter</kbd> {w.sends}
          </span>
        </div>
      </div>
      {isCopied.value && <SnippetDialog onClose={() => (isCopied.value = false)} />}
    </Panel>
  );
}

function Target() {
  const w = words.value;
  const names = useModelNames();
  return (
    <>
      <div class="field-row">
        <ModelField label={w.model} value={model.value} names={names} onChange={(next) => (model.value = next)} />
        <ModelField
          label={w.otherModel}
          value={otherModel.value}
          names={names}
          onChange={(next) => (otherModel.value = next)}
        />
      </div>
      <Select
        label={w.dialect}
        value={dialectName.value}
        options={DIALECT_NAMES.map((name) => [name, w.dialects[name]] as const)}
        onChange={setDialect}
      />
      <KeyField />
      <label class="check">
        <input
          type="checkbox"
          checked={isStreamed()}
          onChange={(event) => (streamField.value = event.currentTarget.checked ? 'yes' : 'no')}
        />
        {w.stream}
      </label>
    </>
  );
}

function KeyField() {
  const w = words.value;
  const id = useId();
  return (
    <div>
      <label class="field-label" for={id}>
        {w.key}
      </label>
      <input
        id={id}
        class="input"
        type="password"
        value={key.value}
        autocomplete="off"
        placeholder={w.keyHint}
        aria-describedby={`${id}-hint`}
        onChange={(event) => (key.value = event.currentTarget.value.trim())}
      />
      <p class="off-screen" id={`${id}-hint`}>
        {w.keyHint}
      </p>
    </div>
  );
}
