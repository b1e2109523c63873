import { useSignal } from '@preact/signals';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';

/** A field for a secret, which can be shown while it is written. */
export function SecretInput({ id, value, onInput, describedBy, isWrong = false, name, required = false }: SecretProps) {
  const isShown = useSignal(false);
  const { showKey, hideKey } = words.value;
  return (
    <div class="key-box">
      <input
        id={id}
        class="input"
        {...(isShown.value ? SHOWN : HIDDEN)}
        name={name}
        autocomplete={name === undefined ? 'off' : 'current-password'}
        spellcheck={false}
        required={required}
        value={value}
        aria-invalid={isWrong}
        aria-describedby={describedBy}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <Button
        icon={isShown.value ? 'hidden' : 'shown'}
        label={isShown.value ? hideKey : showKey}
        onClick={() => (isShown.value = !isShown.value)}
      />
    </div>
  );
}

const SHOWN = { type: 'text' } as const;
const HIDDEN = { type: 'password' } as const;

interface SecretProps {
  readonly id: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  /** The id of what says what it is for. */
  readonly describedBy: string;
  readonly isWrong?: boolean;
  /** For password managers, which may fill it in. */
  readonly name?: string;
  readonly required?: boolean;
}
