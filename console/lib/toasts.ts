import { signal, type ReadonlySignal } from '@preact/signals';

/** A short message that goes by itself. */
export interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad';
  readonly text: string;
  /** Where to see more of it. */
  readonly link?: ToastLink;
}

interface ToastLink {
  readonly href: string;
  readonly text: string;
}

const shown = signal<readonly Toast[]>([]);
export const toasts: ReadonlySignal<readonly Toast[]> = shown;

const LASTS_MS = 5000;
/** What went wrong is read more slowly. */
const BAD_LASTS_MS = 12_000;
let last = 0;

/** Says that something is done, or that it went wrong. */
export function toast(text: string, tone: Toast['tone'] = 'good', link?: ToastLink): void {
  const id = ++last;
  shown.value = [...shown.value.slice(-3), { id, tone, text, ...(link && { link }) }];
  setTimeout(() => dismiss(id), tone === 'good' ? LASTS_MS : BAD_LASTS_MS);
}

export function dismiss(id: number): void {
  shown.value = shown.value.filter((each) => each.id !== id);
}
