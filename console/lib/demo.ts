import { computed, type ReadonlySignal } from '@preact/signals';
import { session } from './session.ts';
import { urlChoice } from './url-state.ts';

/** Whether what a demo has made up is shown: part of the address, and kept from page to page. */
export const demoHistory = urlChoice('history', ['shown', 'hidden'], 'shown');

/** The gateway is a demo, and what was before this time is made up; undefined: it is none. */
export const historyUntil: ReadonlySignal<string | undefined> = computed(() => session.value?.demo?.history_until);
