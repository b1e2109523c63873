import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Answer, ApiError } from './api.ts';
import { signedInTimes } from './session.ts';

/** A list that comes page by page. */
export interface Pages<Row> {
  readonly rows: ReadonlySignal<readonly Row[] | undefined>;
  readonly error: ReadonlySignal<ApiError | undefined>;
  readonly loading: ReadonlySignal<boolean>;
  /** Asks for the next page; undefined: there is none. */
  readonly more: ReadonlySignal<(() => void) | undefined>;
  reload(): void;
}

interface PageOf<Row> {
  readonly data: readonly Row[];
  readonly next: string | null;
}

/** Asks for the first page when a component appears and whenever `key` changes, and for the others when that is wanted. */
export function usePages<Row>(
  key: string,
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Answer<PageOf<Row>>>,
): Pages<Row> {
  const rows = useSignal<readonly Row[] | undefined>(undefined);
  const error = useSignal<ApiError | undefined>(undefined);
  const loading = useSignal(true);
  const more = useSignal<(() => void) | undefined>(undefined);
  const current = useRef(load);
  current.current = load;
  const again = useRef<() => void>(() => undefined);

  useEffect(() => {
    const leave = new AbortController();
    const ask = async (cursor: string | undefined): Promise<void> => {
      loading.value = true;
      const answer = await current.current(cursor, leave.signal);
      loading.value = false;
      error.value = answer.ok ? undefined : answer.error;
      if (!answer.ok) return;
      const { data, next } = answer.value;
      rows.value = cursor === undefined ? data : [...(rows.value ?? []), ...data];
      more.value = next === null ? undefined : () => void ask(next);
    };
    again.current = () => void ask(undefined);
    void ask(undefined);
    return () => leave.abort();
  }, [key, signedInTimes.value]);

  return useMemo(() => ({ rows, error, loading, more, reload: () => again.current() }), []);
}
