import type { Source } from '../core/source.ts';

/** What is whole already, as a source. */
export function wholeSource(whole: string | Uint8Array): Source {
  let rest: Uint8Array | undefined = typeof whole === 'string' ? encoder.encode(whole) : whole;
  return {
    next: () => {
      const bytes = rest;
      rest = undefined;
      return Promise.resolve(bytes);
    },
    cancel: () => undefined,
  };
}

const encoder = new TextEncoder();
