import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Answer, ApiError } from './api.ts';
import { poll } from './poll.ts';
import { hasEnded, signedInTimes } from './session.ts';

/** What a page shows of the gateway: the last good answer stays while the next is asked for. */
export interface Resource<Value> {
  readonly value: ReadonlySignal<Value | undefined>;
  /** Why the last call gave nothing. */
  readonly error: ReadonlySignal<ApiError | undefined>;
  readonly loading: ReadonlySignal<boolean>;
  reload(): void;
}

/** Calls `load` when a component appears and whenever `key` changes, which names what is asked for; ends the call when it leaves. */
export function useResource<Value>(
  key: string,
  load: (signal: AbortSignal) => Promise<Answer<Value>>,
  { pollMs }: { readonly pollMs?: number } = {},
): Resource<Value> {
  const value = useSignal<Value | undefined>(undefined);
  const error = useSignal<ApiError | undefined>(undefined);
  const loading = useSignal(true);
  const current = useRef(load);
  current.current = load;
  const again = useRef<() => void>(() => undefined);

  useEffect(() => {
    const leave = new AbortController();
    const ask = async (): Promise<void> => {
      // Whoever is not signed in is told so once.
      if (hasEnded.peek()) return;
      loading.value = true;
      const answer = await current.current(leave.signal);
      loading.value = false;
      error.value = answer.ok ? undefined : answer.error;
      if (answer.ok) value.value = answer.value;
    };
    again.current = () => void ask();
    const stop = pollMs === undefined ? undefined : poll(pollMs, ask);
    if (stop === undefined) void ask();
    return () => {
      stop?.();
      leave.abort();
    };
  }, [key, pollMs, signedInTimes.value]);

  return useMemo(() => ({ value, error, loading, reload: () => again.current() }), []);
}
