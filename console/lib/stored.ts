import { effect, signal, type Signal } from '@preact/signals';

/** A signal whose value this browser remembers. `read`: makes of the text that is kept (null: none) a value that is valid. */
export function stored(key: string, read: (text: string | null) => string): Signal<string> {
  const value = signal(read(get(key)));
  let isFirst = true;
  effect(() => {
    const text = value.value;
    // What nobody has chosen is not kept: it follows the system.
    if (!isFirst) put(key, text);
    isFirst = false;
  });
  return value;
}

const PREFIX = 'llm-proxy.';

/** Browsers that keep nothing throw. */
function get(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

function put(key: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + key, text);
  } catch {
    // It lasts as long as the page.
  }
}
