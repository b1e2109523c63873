import type { RequestRow } from '../../lib/answers.ts';
import { Badge } from '../../parts/badge.tsx';
import { Duration, Money } from '../../parts/figures.tsx';
import { useRecord, type SkippedRoute } from './record.ts';
import type { Run } from './run.ts';
import { words } from './words.ts';

/** How a request went: what its headers say at once, and its record once the gateway has written it. */
export function RecordOf({ run, title }: { readonly run: Run; readonly title: string }) {
  const w = words.value;
  const { headers } = run;
  const trace = headers['x-trace-id'];
  const { row, skipped } = useRecord(run.totalMs === undefined ? undefined : trace);
  const attempts = Number(headers['x-llm-proxy-attempts'] ?? 0);
  const own = Object.entries(headers).filter(([name]) => name.startsWith('x-llm-proxy-'));
  if (trace === undefined) return null;
  return (
    <section class="record" aria-label={w.wayOf(title)}>
      <h3>{w.way}</h3>
      {attempts > 1 && <Badge tone="warn">{w.failedOver(String(attempts))}</Badge>}
      {row !== undefined && row.tries.length > 0 && <Tries row={row} />}
      {skipped.length > 0 && <Skipped routes={skipped} />}
      <p class="record-links">
        {row !== undefined && row.cost_usd !== null && (
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
            {[...new Set([status, failure, detail])].filter((each) => each !== null).join(' · ')} <Duration ms={ms} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** The routes that were passed over, and why. */
function Skipped({ routes }: { readonly routes: readonly SkippedRoute[] }) {
  const w = words.value;
  return (
    <ul class="skipped-routes" aria-label={w.skipped}>
      {routes.map(({ alias, backend, model, words: why, cause }) => (
        <li key={`${alias ?? ''} ${backend} ${model}`}>
          {w.skippedRoute(`${backend}/${model}`)} {why}
          {cause !== null && ` (${cause})`}
        </li>
      ))}
    </ul>
  );
}
