import { useSignal } from '@preact/signals';
import type { RequestBodies, RequestDetail } from '../../../lib/answers.ts';
import { get } from '../../../lib/api.ts';
import { bytesText, numberText } from '../../../lib/format.ts';
import { useResource } from '../../../lib/resource.ts';
import { may } from '../../../lib/session.ts';
import { urlChoice, urlField } from '../../../lib/url-state.ts';
import { timeText } from '../../../lib/zone.ts';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { JsonDiff } from '../../../parts/json-diff.tsx';
import { Empty, ErrorNotice } from '../../../parts/notice.tsx';
import { Skeleton } from '../../../parts/skeleton.tsx';
import { Tabs } from '../../../parts/tabs.tsx';
import { words } from './words.ts';

type Message = RequestBodies['client']['request'] | NonNullable<RequestBodies['client']['answer']>;
type Attempt = RequestBodies['attempts'][number];

const whoseField = urlField('body', 'client');
const viewField = urlChoice('view', ['request', 'diff', 'answer'], 'request');

/** What was in the request and its answers, where that is kept, and only once somebody asks: each reading is audited. */
export function Bodies({ detail: { id, bodies } }: { readonly detail: RequestDetail }) {
  const w = words.value;
  const isAsked = useSignal(false);
  if (bodies !== 'kept')
    return (
      <Empty title={bodies === null ? w.bodiesNone : w.bodiesLeftOut}>
        <p>{bodies === null ? w.bodiesNoneMore : w.bodiesLeftOutMore}</p>
      </Empty>
    );
  if (!may('operator')) return <Empty title={w.bodiesRole} />;
  if (isAsked.value) return <LoadedBodies id={id} />;
  return (
    <div class="bodies-ask">
      <Button onClick={() => (isAsked.value = true)}>{w.bodiesShow}</Button>
      <span class="hint">{w.bodiesAudit}</span>
    </div>
  );
}

function LoadedBodies({ id }: { readonly id: string }) {
  const { value, error, reload } = useResource(id, (signal) => get<RequestBodies>(bodiesPath(id), { signal }));
  if (error.value !== undefined) return <ErrorNotice error={error.value} onRetry={reload} />;
  return value.value === undefined ? <Skeleton lines={6} /> : <ShownBodies bodies={value.value} />;
}

/** Where the bodies of a request are. */
export function bodiesPath(id: string): string {
  return `/admin/requests/${encodeURIComponent(id)}/bodies`;
}

function ShownBodies({ bodies }: { readonly bodies: RequestBodies }) {
  const w = words.value;
  const attempts = bodies.attempts.map((attempt) => ({
    name: String(attempt.index),
    text: `${numberText(attempt.index + 1)} · ${attempt.backend}`,
  }));
  const tabs = [{ name: 'client', text: w.client }, ...attempts];
  const whose = tabs.some(({ name }) => name === whoseField.value) ? whoseField.value : 'client';
  const attempt = bodies.attempts.find(({ index }) => String(index) === whose);
  return (
    <>
      <p class="hint">{w.keptUntil(timeText(bodies.kept_until))}</p>
      <Tabs label={w.bodies} tabs={tabs} selected={whose} onSelect={(next) => (whoseField.value = next)}>
        <Views bodies={bodies} attempt={attempt} />
      </Tabs>
    </>
  );
}

interface ViewsProps {
  readonly bodies: RequestBodies;
  /** Undefined: the client. */
  readonly attempt: Attempt | undefined;
}

function Views({ bodies: { client }, attempt }: ViewsProps) {
  const w = words.value;
  const names = attempt === undefined ? (['request', 'answer'] as const) : (['request', 'diff', 'answer'] as const);
  const selected = names.find((name) => name === viewField.value) ?? 'request';
  const { request, answer } = attempt ?? client;
  return (
    <Tabs
      label={attempt === undefined ? w.client : attempt.backend}
      tabs={names.map((name) => ({ name, text: w.views[name] }))}
      selected={selected}
      onSelect={(next) => (viewField.value = next)}
    >
      {selected === 'request' && <MessageView message={request} none={w.noRequest} label={w.views.request} />}
      {selected === 'answer' && (
        <MessageView message={answer} none={attempt === undefined ? w.clientGone : w.noAnswer} label={w.views.answer} />
      )}
      {selected === 'diff' && <Diff before={client.request} after={request} />}
    </Tabs>
  );
}

interface MessageViewProps {
  readonly message: Message | null;
  readonly none: string;
  readonly label: string;
}

function MessageView({ message, none, label }: MessageViewProps) {
  const w = words.value;
  if (message === null) return <p class="nothing">{none}</p>;
  const { body, bytes, cut, headers } = message;
  const first = 'method' in message ? `${message.method} ${message.path}` : String(message.status);
  const json = cut ? undefined : parsed(body);
  return (
    <div class="message">
      <p>
        <code class="long">{first}</code> <span class="nothing">{bytesText(bytes)}</span>
      </p>
      <details>
        <summary>{w.headers}</summary>
        <dl class="headers">
          {Object.entries(headers).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
      {cut && <p class="hint">{w.cut(bytesText(bytes))}</p>}
      {body === null ? (
        <p class="nothing">{w.noBody}</p>
      ) : json === undefined ? (
        <Code label={label} text={body} />
      ) : (
        <Code label={label} value={json} />
      )}
    </div>
  );
}

function Diff({ before, after }: { readonly before: Message; readonly after: Message | null }) {
  const w = words.value;
  if (after === null) return <p class="nothing">{w.noRequest}</p>;
  if (before.body === null || after.body === null) return <p class="nothing">{w.noBody}</p>;
  if (before.body === after.body) return <p class="nothing">{w.same}</p>;
  return (
    <JsonDiff
      label={w.views.diff}
      before={parsed(before.body) ?? before.body}
      after={parsed(after.body) ?? after.body}
    />
  );
}

/** Undefined: it is no JSON. */
function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
