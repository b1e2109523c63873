import { failurePhrase } from '../../lib/failures.ts';
import { Time } from '../../parts/figures.tsx';
import type { Failure } from './answers.ts';
import { words } from './words.ts';

interface FailureTextProps {
  readonly backend: string;
  readonly failure: Failure;
}

/** Why something failed, in words, with what the provider said and the request that met it. */
export function FailureText({ backend, failure: { at, failure, message, trace_id: trace } }: FailureTextProps) {
  return (
    <>
      {sentence(backend, failure)} · <Time at={at} form="second" />
      {message !== null && <q class="provider-words">{message}</q>}{' '}
      {trace !== null && <a href={`/console/requests/${encodeURIComponent(trace)}`}>{words.value.theRequest}</a>}
    </>
  );
}

/** `503 overloaded`, `connection_failed (ECONNREFUSED)`: as the log says it, for a reader. */
function sentence(backend: string, text: string): string {
  const [, status, kind = text, detail] = /^(?:(\d{3}) )?(\w+)(?: \((.*)\))?$/.exec(text) ?? [];
  const said = `${backend} ${failurePhrase(kind) ?? kind}`;
  const more = status ?? detail;
  return more === undefined ? said : words.value.withDetail(said, more);
}
