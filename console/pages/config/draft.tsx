import { signal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { call, type ApiError } from '../../lib/api.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/notice.tsx';
import type { DraftAnswer } from './answers.ts';
import { DraftReport } from './draft-report.tsx';
import { words } from './words.ts';

/** What is being written. It outlasts the page, and is kept nowhere else. */
const text = signal('');
const checked = signal<{ readonly text: string; readonly answer: DraftAnswer } | undefined>(undefined);
const error = signal<ApiError | undefined>(undefined);
const isChecking = signal(false);

/** Checks a config that is not in force. */
export function Draft() {
  const w = words.value;
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    void check();
  };
  return (
    <form class="draft" onSubmit={submit}>
      <div class="draft-head">
        <label class="field-label" for={id}>
          {w.yaml}
        </label>
        <Button onClick={() => file.current?.click()}>{w.openFile}</Button>
        <input
          ref={file}
          type="file"
          accept=".yaml,.yml,text/yaml"
          hidden
          onChange={(event) => void open(event.currentTarget)}
        />
      </div>
      <p class="hint">{w.draftHint}</p>
      <textarea
        id={id}
        ref={area}
        class="draft-text"
        rows={18}
        spellcheck={false}
        wrap="off"
        value={text.value}
        aria-invalid={checked.value?.answer.valid === false}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <div class="row">
        <Button type="submit" kind="main" disabled={isChecking.value || text.value.trim() === ''}>
          {isChecking.value ? w.checking : w.check}
        </Button>
        {checked.value && checked.value.text !== text.value && <span class="hint">{w.stale}</span>}
      </div>
      {error.value && <ErrorNotice error={error.value} />}
      {checked.value && (
        <DraftReport answer={checked.value.answer} onPlace={(line, column) => goTo(area.current, line, column)} />
      )}
    </form>
  );
}

async function check(): Promise<void> {
  const asked = text.value;
  isChecking.value = true;
  const answer = await call<DraftAnswer>('POST', '/admin/config/validate', { body: { yaml: asked } });
  isChecking.value = false;
  error.value = answer.ok ? undefined : answer.error;
  if (answer.ok) checked.value = { text: asked, answer: answer.value };
}

async function open(input: HTMLInputElement): Promise<void> {
  const chosen = input.files?.[0];
  if (chosen === undefined) return;
  text.value = await chosen.text();
  input.value = '';
}

/** Selects a line, from the column of a problem on. */
function goTo(area: HTMLTextAreaElement | null, line: number, column: number): void {
  if (area === null) return;
  const lines = area.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  area.focus();
  area.setSelectionRange(start + column - 1, start + (lines[line - 1]?.length ?? 0));
  area.scrollTop = Math.max(0, (area.scrollHeight / lines.length) * (line - 4));
}
