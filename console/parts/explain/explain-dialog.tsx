import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Button } from '../button.tsx';
import { Dialog } from '../dialog.tsx';
import { Select } from '../select.tsx';
import { Explained, type Asked } from './explained.tsx';
import './explain.css';
import { words } from './words.ts';

const DIALECTS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const;

/** Asks what would become of a request for a model, of anybody, with any body. */
export function ExplainDialog({ model, onClose }: { readonly model: string; readonly onClose: () => void }) {
  const w = words.value;
  const asked = useSignal<Asked>({ model });
  const problem = useSignal<string | undefined>(undefined);
  const fields = { model: useSignal(model), caller: useSignal(''), request: useSignal('') };
  const dialect = useSignal<(typeof DIALECTS)[number]>('openai-chat');
  const ask = (): void => {
    const request = parsed(fields.request.value);
    problem.value = request === null ? w.notJson : undefined;
    if (request === null) return;
    const caller = fields.caller.value.trim();
    asked.value = {
      model: fields.model.value.trim(),
      dialect: dialect.value,
      ...(caller === '' ? {} : { caller }),
      ...(request === undefined ? {} : { request }),
    };
  };
  return (
    <Dialog title={w.title} wide onClose={onClose}>
      <p class="hint">{w.nothingSent}</p>
      <form
        class="explain-form"
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <Field label={w.model} value={fields.model.value} onInput={(next) => (fields.model.value = next)} />
        <Select
          label={w.dialect}
          value={dialect.value}
          options={DIALECTS.map((each) => [each, w.dialects[each]] as const)}
          onChange={(next) => (dialect.value = next)}
        />
        <Field label={w.caller} value={fields.caller.value} onInput={(next) => (fields.caller.value = next)} />
        <label class="explain-request">
          <span class="field-label">{w.request}</span>
          <textarea
            rows={3}
            spellcheck={false}
            value={fields.request.value}
            aria-invalid={problem.value !== undefined}
            onInput={(event) => (fields.request.value = event.currentTarget.value)}
          />
        </label>
        <Button kind="main" type="submit">
          {w.explain}
        </Button>
      </form>
      {problem.value && <p class="problem">{problem.value}</p>}
      <Explained asked={asked.value} />
    </Dialog>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (next: string) => void;
}

function Field({ label, value, onInput }: FieldProps) {
  const id = useId();
  return (
    <div>
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        class="input"
        value={value}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </div>
  );
}

/** Undefined: there is none; null: it is no JSON object. */
function parsed(text: string): Record<string, unknown> | undefined | null {
  if (text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
