import type { ComponentChildren } from 'preact';
import type { RequestDetail } from '../../../lib/answers.ts';
import { bytesText } from '../../../lib/format.ts';
import { Copy } from '../../../parts/copy.tsx';
import { Duration, Time } from '../../../parts/figures.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { listHref, type FilterName } from '../../../lib/request-search.ts';
import { words } from './words.ts';

type Fact = readonly [string, ComponentChildren];

/** Ids, names and sizes. Names lead to the requests that have the same. */
export function Facts({ detail }: { readonly detail: RequestDetail }) {
  const w = words.value;
  return (
    <div class="columns">
      <Panel title={w.who}>
        <FactList facts={who(detail)} />
      </Panel>
      <Panel title={w.what}>
        <FactList facts={what(detail)} />
      </Panel>
    </div>
  );
}

function FactList({ facts }: { readonly facts: readonly (Fact | undefined)[] }) {
  return (
    <dl class="facts">
      {facts
        .filter((fact) => fact !== undefined)
        .map(([name, value]) => (
          <div key={name} class="fact">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function who(detail: RequestDetail): (Fact | undefined)[] {
  const { fact: w } = words.value;
  const { tags, client_ip: ip } = detail;
  const pairs = Object.entries(tags);
  return [
    [w.id, <Id label={w.id} text={detail.id} />],
    [w.trace_id, <Id label={w.trace_id} text={detail.trace_id} />],
    named(w.caller, 'caller', detail.caller),
    detail.key_id === null ? undefined : [w.key, <Filtered name="key_id" value={detail.key_id} />],
    detail.key_generation === null ? undefined : [w.generation, detail.key_generation],
    named(w.team, 'team', detail.team),
    named(w.owner, 'owner', detail.owner),
    named(w.end_user, 'end_user', detail.end_user),
    named(w.session, 'session', detail.session),
    pairs.length === 0
      ? undefined
      : [
          w.tags,
          <>
            {pairs.map(([key, value], at) => (
              <span key={key}>
                {at > 0 && ', '}
                <a href={listHref({ tag: `${key}=${value}` })}>
                  {key}={value}
                </a>
              </span>
            ))}
          </>,
        ],
    [w.ip, <code>{ip}</code>],
    detail.user_agent === null ? undefined : [w.agent, <span class="long">{detail.user_agent}</span>],
  ];
}

function what(detail: RequestDetail): (Fact | undefined)[] {
  const { fact: w, yes, no } = words.value;
  const {
    endpoint,
    client_dialect: client,
    backend_dialect: backend,
    overhead_ms: overhead,
    queue_ms: queued,
  } = detail;
  const isOther = backend !== null && backend !== client;
  return [
    [w.started, <Time at={detail.started_at} form="full" />],
    [w.duration, <Duration ms={detail.duration_ms} />],
    detail.ttft_ms === null ? undefined : [w.ttft, <Duration ms={detail.ttft_ms} />],
    queued === null ? undefined : [w.queue, <Duration ms={queued} />],
    overhead === null ? undefined : [w.overhead, <Duration ms={overhead} />],
    [w.node, detail.node],
    endpoint === null ? undefined : [w.endpoint, <code>{endpoint}</code>],
    client === null ? undefined : [w.dialects, isOther ? `${client} → ${backend}` : client],
    named(w.model, 'alias', detail.alias),
    named(w.served, 'model', detail.model),
    detail.reported_model === null ? undefined : [w.reported, detail.reported_model],
    [w.stream, detail.stream ? yes : no],
    detail.finish_reason === null ? undefined : [w.finish, <code>{detail.finish_reason}</code>],
    detail.cache === null ? undefined : [w.cache, detail.cache],
    [w.size, `${bytesText(detail.bytes_in)} / ${bytesText(detail.bytes_out)}`],
  ];
}

function named(label: string, name: FilterName, value: string | null): Fact | undefined {
  return value === null ? undefined : [label, <Filtered name={name} value={value} />];
}

function Filtered({ name, value }: { readonly name: FilterName; readonly value: string }) {
  return (
    <a class="long" href={listHref({ [name]: value })}>
      {value}
    </a>
  );
}

function Id({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <span class="with-copy">
      <code class="long">{text}</code>
      <Copy text={text} label={`${label}: ${text}`} />
    </span>
  );
}
