import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { words } from '../words/accounts.ts';
import { describedBy, FieldFrame } from './field.tsx';
import { Icon } from './icon.tsx';

/** Several short texts: each is entered with Enter or a comma, and taken away by its cross or with Backspace. */
export function ListField(props: ListFieldProps) {
  const { label, values, onChange, suggestions = [], hint, problem, placeholder } = props;
  const id = useId();
  const own = useRef<HTMLInputElement>(null);
  const text = useSignal('');
  const add = (entered: string): void => {
    const fresh = entered.split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]));
    text.value = '';
    if (fresh.length > 0) onChange([...new Set([...values, ...fresh])]);
  };
  const remove = (value: string): void => {
    onChange(values.filter((each) => each !== value));
    own.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = values.at(-1);
    if (event.key === 'Backspace' && text.value === '' && last !== undefined) remove(last);
    else if ((event.key === 'Enter' && text.value !== '') || event.key === ',') {
      event.preventDefault();
      add(text.value);
    }
  };
  const onInput = (value: string, isPicked: boolean): void => {
    if (isPicked && suggestions.includes(value)) add(value);
    else text.value = value;
  };
  return (
    <FieldFrame id={id} label={label} hint={hint} problem={problem}>
      <div class="list-field" onClick={() => own.current?.focus()}>
        {values.map((value) => (
          <Chip key={value} value={value} onRemove={() => remove(value)} />
        ))}
        <input
          ref={own}
          id={id}
          value={text.value}
          list={suggestions.length > 0 ? `${id}-list` : undefined}
          placeholder={values.length === 0 ? placeholder : undefined}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={problem !== undefined}
          aria-describedby={describedBy(id, hint, problem)}
          onKeyDown={onKeyDown}
          // A browser tells of a choice from its list by an input that was not typed.
          onInput={(event) => onInput(event.currentTarget.value, (event as InputEvent).inputType !== 'insertText')}
          onBlur={() => add(text.value)}
        />
        <datalist id={`${id}-list`}>
          {suggestions.map((each) => !values.includes(each) && <option key={each} value={each} />)}
        </datalist>
      </div>
    </FieldFrame>
  );
}

function Chip({ value, onRemove }: { readonly value: string; readonly onRemove: () => void }) {
  return (
    <span class="chip">
      {value}
      <button type="button" aria-label={words.value.remove(value)} onClick={onRemove}>
        <Icon name="close" />
      </button>
    </span>
  );
}

interface ListFieldProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
  /** What a browser offers while one types. */
  readonly suggestions?: readonly string[];
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  readonly placeholder?: string;
}
