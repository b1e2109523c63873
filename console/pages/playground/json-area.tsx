import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { words } from './words.ts';

interface JsonAreaProps {
  readonly label: string;
  /** Undefined: there is none. */
  readonly value: unknown;
  /** Whether a value may be taken. */
  readonly accepts: (value: unknown) => boolean;
  /** An empty text is undefined. */
  readonly onChange: (value: unknown) => void;
  readonly rows: number;
}

/** JSON to edit. What is typed stays as it is until it is left; whenever it is right, it counts. */
export function JsonArea({ label, value, accepts, onChange, rows }: JsonAreaProps) {
  const id = useId();
  const typed = useSignal<string | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const shown = value === undefined ? '' : JSON.stringify(value, null, 2);
  const take = (text: string): void => {
    typed.value = text;
    const read = parsed(text);
    const isRight = 'value' in read && (read.value === undefined || accepts(read.value));
    problem.value = isRight ? undefined : 'problem' in read ? read.problem : words.value.wrongJson;
    if (isRight && 'value' in read) onChange(read.value);
  };
  return (
    <div class="json-area">
      <label class="field-label" for={id}>
        {label}
      </label>
      <textarea
        id={id}
        rows={rows}
        spellcheck={false}
        value={typed.value ?? shown}
        aria-invalid={problem.value !== undefined}
        aria-describedby={`${id}-problem`}
        onInput={(event) => take(event.currentTarget.value)}
        onBlur={() => problem.value === undefined && (typed.value = undefined)}
      />
      <p id={`${id}-problem`} class="problem" role="status">
        {problem.value}
      </p>
    </div>
  );
}

function parsed(text: string): { readonly value: unknown } | { readonly problem: string } {
  if (text.trim() === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
