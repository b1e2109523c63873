import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/** A text that is entered, with its label, what it is for, and what the gateway says is wrong with it. */
export function TextField(props: TextFieldProps) {
  const { label, value, onInput, hint, problem, type = 'text', unit, focus = false } = props;
  const id = useId();
  const own = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus) own.current?.focus();
  }, []);
  return (
    <FieldFrame id={id} label={label} hint={hint} problem={problem}>
      <span class="text-box">
        <input
          ref={own}
          id={id}
          {...TYPES[type]}
          value={value}
          placeholder={props.placeholder}
          required={props.required}
          inputMode={props.isNumber === true ? 'decimal' : undefined}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={problem !== undefined}
          aria-describedby={describedBy(id, hint, problem)}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
        {unit !== undefined && <span class="unit">{unit}</span>}
      </span>
    </FieldFrame>
  );
}

/** The types of inputs, as their attributes: what goes with one goes not with another. */
const TYPES = {
  text: { type: 'text' },
  date: { type: 'date' },
  'datetime-local': { type: 'datetime-local' },
} as const;

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  readonly type?: keyof typeof TYPES;
  readonly placeholder?: string;
  /** What the number counts. */
  readonly unit?: string;
  readonly isNumber?: boolean;
  readonly required?: boolean;
  /** It has the focus when it appears. */
  readonly focus?: boolean;
}

interface FieldFrameProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  readonly children: ComponentChildren;
}

/** The label above an input, and what is said below it. */
export function FieldFrame({ id, label, hint, problem, children }: FieldFrameProps) {
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {children}
      {problem !== undefined && (
        <p class="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** The ids of what describes an input. */
export function describedBy(id: string, hint: string | undefined, problem: string | undefined): string | undefined {
  const ids = [problem !== undefined && `${id}-problem`, hint !== undefined && `${id}-hint`].filter(Boolean);
  return ids.length === 0 ? undefined : ids.join(' ');
}
