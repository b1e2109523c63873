import { Time } from '../../parts/figures.tsx';
import type { Failure } from './answers.ts';
import { words } from './words.ts';

/** Why something failed, in words, with what the provider said and the request that met it. */
export function FailureText({ failure: { at, failure, message, trace_id: trace } }: { readonly failure: Failure }) {
  const w = words.value;
  return (
    <>
      {sentence(failure)} · <Time at={at} form="second" />
      {message !== null && <q class="provider-words">{message}</q>}{' '}
      {trace !== null && <a href={`/console/requests/${encodeURIComponent(trace)}`}>{w.theRequest}</a>}
    </>
  );
}

/** `503 overloaded`, `connection_failed (ECONNREFUSED)`: as the log says it, for a reader. */
function sentence(text: string): string {
  const [, status, kind = text, detail] = /^(?:(\d{3}) )?(\w+)(?: \((.*)\))?$/.exec(text) ?? [];
  const { failures } = words.value;
  const said = isKnown(kind, failures) ? failures[kind] : kind;
  const more = status ?? detail;
  return more === undefined ? said : words.value.withDetail(said, more);
}

function isKnown<Known extends object>(kind: PropertyKey, failures: Known): kind is keyof Known {
  return Object.hasOwn(failures, kind);
}
