import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import { stored } from './stored.ts';

export type Theme = 'system' | 'light' | 'dark';

const chosen = stored('theme', (text) => text ?? 'system');
const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const isSystemDark = signal(darkSystem.matches);
darkSystem.addEventListener('change', () => {
  isSystemDark.value = darkSystem.matches;
});

/** What was chosen; `system` follows the machine. */
export const theme: ReadonlySignal<Theme> = computed(() =>
  chosen.value === 'light' || chosen.value === 'dark' ? chosen.value : 'system',
);

/** What is to be seen: charts are redrawn when it changes. */
export const isDark: ReadonlySignal<boolean> = computed(() =>
  theme.value === 'system' ? isSystemDark.value : theme.value === 'dark',
);

export function chooseTheme(next: Theme): void {
  chosen.value = next;
}

effect(() => {
  document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light';
});
