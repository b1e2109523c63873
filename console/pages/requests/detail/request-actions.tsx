import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { RequestBodies, RequestDetail, Status } from '../../../lib/answers.ts';
import { get } from '../../../lib/api.ts';
import { copyText } from '../../../lib/copy-text.ts';
import { useResource } from '../../../lib/resource.ts';
import { may } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { hrefWith } from '../../../lib/url-state.ts';
import { Button } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { words as common } from '../../../words/words.ts';
import { bodiesPath } from './bodies.tsx';
import { curlOf } from './curl.ts';
import { traceLinkOf } from './trace-link.ts';
import { words } from './words.ts';

/** What can be done with a request: repeat it, look at its trace. */
export function RequestActions({ detail }: { readonly detail: RequestDetail }) {
  const w = words.value;
  const { id, bodies } = detail;
  return (
    <>
      <TraceLink traceId={detail.trace_id} />
      {bodies === 'kept' && may('operator') && (
        <Button icon="copy" onClick={() => void copyCurl(id)}>
          {w.copyCurl}
        </Button>
      )}
      <a class="button button-plain" href={hrefWith('/console/playground', { request: id })}>
        <Icon name="playground" />
        {w.playground}
      </a>
    </>
  );
}

async function copyCurl(id: string): Promise<void> {
  const w = words.value;
  const answer = await get<RequestBodies>(bodiesPath(id));
  if (!answer.ok) return toast(w.curlFailed(answer.error.message), 'bad');
  const text = curlOf(answer.value, location.origin);
  if (text === undefined) return toast(w.curlFailed(w.curlNone), 'bad');
  const isCopied = await copyText(text);
  if (isCopied) toast(common.value.copied);
  else toast(common.value.copyFailed, 'bad');
}

/** Where the config says how a trace is looked at. */
function TraceLink({ traceId }: { readonly traceId: string }) {
  const status = useResource('trace link', (signal) => get<Status>('/admin/status', { signal }));
  const href = useSignal<string | undefined>(undefined);
  const link = linkIn(status.value.value);
  useEffect(() => {
    if (link !== undefined) void traceLinkOf(link, traceId).then((found) => (href.value = found));
  }, [link, traceId]);
  if (href.value === undefined) return null;
  return (
    <a class="button button-plain" href={href.value} target="_blank" rel="noreferrer">
      <Icon name="link" />
      {words.value.trace}
    </a>
  );
}

function linkIn(status: Status | undefined): string | undefined {
  const traces = status?.features?.['traces'];
  const link: unknown = traces !== undefined && 'link' in traces ? traces.link : undefined;
  return typeof link === 'string' ? link : undefined;
}
