import type { ComponentChildren } from 'preact';

/** A choice of one of several. `children`: a picture in front of it. */
export function Select<Value extends string>({
  label,
  value,
  options,
  onChange,
  hideLabel = false,
  children,
}: SelectProps<Value>) {
  return (
    <label class="select">
      <span class={hideLabel ? 'off-screen' : 'field-label'}>{label}</span>
      {children}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SelectProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  /** Each with its text. */
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
  /** The label is for screen readers alone, where the choice speaks for itself. */
  readonly hideLabel?: boolean;
  readonly children?: ComponentChildren;
}
