import { useId } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { Code } from '../../parts/code.tsx';
import { Select } from '../../parts/select.tsx';
import type { Message } from './dialects/dialect.ts';
import { change, fields } from './draft.ts';
import { JsonArea } from './json-area.tsx';
import { words } from './words.ts';

/** What is asked, field by field. */
export function RequestForm() {
  const w = words.value;
  const { system, messages, tools, temperature, maxTokens } = fields.value;
  return (
    <div class="ask-form">
      <TextArea label={w.system} rows={2} value={system} onInput={(next) => change({ system: next })} />
      <Messages messages={messages} />
      <div class="field-row">
        <NumberField
          label={w.temperature}
          step="0.1"
          value={temperature}
          onInput={(next) => change({ temperature: next })}
        />
        <NumberField label={w.maxTokens} step="1" value={maxTokens} onInput={(next) => change({ maxTokens: next })} />
      </div>
      <details open={tools !== undefined}>
        <summary>{w.tools}</summary>
        <JsonArea
          label={w.toolsLabel}
          rows={6}
          value={tools}
          accepts={Array.isArray}
          onChange={(next) => change({ tools: next })}
        />
      </details>
    </div>
  );
}

function Messages({ messages }: { readonly messages: readonly Message[] }) {
  const w = words.value;
  const replaced = (at: number, next: Partial<Message>): void =>
    change({ messages: messages.map((each, index) => (index === at ? { ...each, ...next } : each)) });
  const add = (): void => {
    const role = messages.at(-1)?.role === 'user' ? 'assistant' : 'user';
    change({ messages: [...messages, { role, text: '' }] });
  };
  return (
    <fieldset class="ask-messages">
      <legend class="field-label">{w.messages}</legend>
      {messages.map((message, at) => (
        <div class="ask-message" key={at}>
          <div class="ask-message-head">
            <Select
              label={w.role}
              hideLabel
              value={message.role}
              options={(['user', 'assistant'] as const).map((role) => [role, w.roles[role]] as const)}
              onChange={(role) => message.raw === undefined && replaced(at, { role })}
            />
            <Button
              kind="quiet"
              icon="trash"
              label={w.removeMessage}
              onClick={() => change({ messages: messages.filter((_, index) => index !== at) })}
            />
          </div>
          {message.raw === undefined ? (
            <TextArea
              label={w.messageText(at + 1)}
              hideLabel
              rows={3}
              value={message.text}
              onInput={(text) => replaced(at, { text })}
            />
          ) : (
            <Code label={w.messageText(at + 1)} value={message.raw} />
          )}
        </div>
      ))}
      <Button icon="plus" kind="quiet" onClick={add}>
        {w.addMessage}
      </Button>
    </fieldset>
  );
}

interface TextAreaProps {
  readonly label: string;
  readonly rows: number;
  readonly value: string;
  readonly hideLabel?: boolean;
  readonly onInput: (next: string) => void;
}

function TextArea({ label, rows, value, hideLabel = false, onInput }: TextAreaProps) {
  return (
    <label>
      <span class={hideLabel ? 'off-screen' : 'field-label'}>{label}</span>
      <textarea rows={rows} value={value} onInput={(event) => onInput(event.currentTarget.value)} />
    </label>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly step: string;
  readonly value: number | undefined;
  readonly onInput: (next: number | undefined) => void;
}

function NumberField({ label, step, value, onInput }: NumberFieldProps) {
  const id = useId();
  return (
    <div>
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        class="input"
        type="number"
        min="0"
        step={step}
        value={value ?? ''}
        placeholder={words.value.asDefault}
        onInput={({ currentTarget: { valueAsNumber } }) =>
          onInput(Number.isNaN(valueAsNumber) ? undefined : valueAsNumber)
        }
      />
    </div>
  );
}
