import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

/** A button with a word, a picture, or both. One with a picture alone says in `label` what it does. */
export function Button({ icon, label, children, kind = 'plain', type = 'button', ...rest }: ButtonProps) {
  const isBare = children === undefined;
  return (
    <button
      {...rest}
      type={type}
      class={`button button-${kind}${isBare ? ' button-icon' : ''}`}
      aria-label={label}
      title={isBare ? label : undefined}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface ButtonProps {
  readonly icon?: IconName;
  readonly label?: string | undefined;
  readonly children?: ComponentChildren;
  /** `main`: what a page is for; `danger`: it takes something away; `quiet`: without a border. */
  readonly kind?: 'plain' | 'main' | 'danger' | 'quiet';
  readonly type?: 'button' | 'submit';
  readonly disabled?: boolean;
  readonly onClick?: (event: MouseEvent) => void;
  readonly 'aria-expanded'?: boolean;
  readonly 'aria-controls'?: string;
  readonly 'aria-pressed'?: boolean;
  readonly autofocus?: boolean;
}
