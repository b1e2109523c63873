import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { RequestPage, RequestRow } from '../../lib/answers.ts';
import { get } from '../../lib/api.ts';
import { may } from '../../lib/session.ts';
import { Badge } from '../../parts/badge.tsx';
import { Duration, Money } from '../../parts/figures.tsx';
import { openaiChat } from './dialects/openai-chat.ts';
import { key } from './draft.ts';
import type { Run } from './run.ts';
import { words } from './words.ts';

/** How a request went: what its headers say at once, and its record once the gateway has written it. */
export function RecordOf({ run }: { readonly run: Run }) {
  const w = words.value;
  const { headers } = run;
  const trace = headers['x-trace-id'];
  const row = useRecord(run.totalMs === undefined ? undefined : trace);
  const attempts = Number(headers['x-llm-proxy-attempts'] ?? 0);
  const own = Object.entries(headers).filter(([name]) => name.startsWith('x-llm-proxy-'));
  if (trace === undefined) return null;
  return (
    <section class="record" aria-label={w.way}>
      <h3>{w.way}</h3>
      {attempts > 1 && <Badge tone="warn">{w.failedOver(String(attempts))}</Badge>}
      {row !== undefined && row.tries.length > 0 && <Tries row={row} />}
      <p class="record-links">
        {row?.cost_usd != null && (
          <span>
            {w.cost} <Money usd={row.cost_usd} />
          </span>
        )}
        <a href={`/console/requests/${encodeURIComponent(trace)}`}>{w.requestPage}</a>
      </p>
      {own.length > 0 && (
        <dl class="record-headers">
          {own.map(([name, value]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Tries({ row }: { readonly row: RequestRow }) {
  const w = words.value;
  return (
    <ol class="tries">
      {row.tries.map(({ index, backend, model, status, failure, detail, duration_ms: ms }) => (
        <li key={index}>
          <Badge tone={failure === null ? 'good' : 'bad'}>{failure === null ? w.served : w.tryFailed}</Badge>
          <span>
            <b>{backend}</b> <code>{model}</code>
          </span>
          <span>
            {[status, failure, detail].filter((each) => each !== null).join(' · ')} <Duration ms={ms} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** A record is written when the client has its last byte, a moment after that at the latest. */
const PAUSES_MS = [100, 300, 600, 1000, 2000, 3000];

function useRecord(trace: string | undefined): RequestRow | undefined {
  const row = useSignal<RequestRow | undefined>(undefined);
  useEffect(() => {
    const leave = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (at: number): Promise<void> => {
      const options = { query: { trace_id: trace, limit: 1 }, signal: leave.signal };
      const answer = may('viewer')
        ? await get<RequestPage>('/admin/requests', options)
        : await get<RequestPage>('/admin/me/requests', { ...options, headers: openaiChat.headers(key.value) });
      if (!answer.ok) return;
      row.value = answer.value.data[0];
      if (row.value === undefined) plan(at + 1);
    };
    const plan = (at: number): void => {
      const pause = PAUSES_MS[at];
      if (pause !== undefined) timer = setTimeout(() => void ask(at), pause);
    };
    row.value = undefined;
    if (trace !== undefined && (may('viewer') || key.value !== '')) plan(0);
    return () => {
      leave.abort();
      clearTimeout(timer);
    };
  }, [trace]);
  return row.value;
}
