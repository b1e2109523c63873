import { percentText } from '../lib/format.ts';

/** How much of something is used, as a bar with its text. Above 1 the bar is full. */
export function Meter({ label, share, text, tone = 'plain' }: MeterProps) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <span class={`meter meter-${tone}`}>
      <span
        class="meter-track"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${text}, ${percentText(share)}`}
      >
        <span class="meter-bar" style={{ width: `${percent}%` }} />
      </span>
      <span class="meter-text">{text}</span>
    </span>
  );
}

interface MeterProps {
  /** What is measured, for a screen reader. */
  readonly label: string;
  /** From 0 to 1, and above where more was used than there is. */
  readonly share: number;
  readonly text: string;
  readonly tone?: 'plain' | 'warn' | 'bad';
}
