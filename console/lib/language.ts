import { computed, effect, type ReadonlySignal } from '@preact/signals';
import { stored } from './stored.ts';

/** The languages of the console, each by its own name. */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;

export type Language = keyof typeof LANGUAGES;

const chosen = stored('language', (text) => text ?? (navigator.language.startsWith('zh') ? 'zh-CN' : 'en'));

/** The language in use: the one that was chosen, else the browser's. */
export const language: ReadonlySignal<Language> = computed(() => (chosen.value === 'zh-CN' ? 'zh-CN' : 'en'));

export function chooseLanguage(next: Language): void {
  chosen.value = next;
}

/**
 * The locale of numbers and dates: the reader's own where it is one of the language, so that a German who reads English
 * finds her own thousands.
 */
export const locale: ReadonlySignal<string> = computed(() => {
  const own = navigator.languages.find((each) => each.startsWith(language.value.slice(0, 2)));
  return own ?? language.value;
});

/** The words of one page or part in the language in use; each language has all of them. */
export function wordsOf<Words extends object>(en: Words, zh: NoInfer<Words>): ReadonlySignal<Words> {
  return computed(() => (language.value === 'zh-CN' ? zh : en));
}

effect(() => {
  document.documentElement.lang = language.value;
});
