import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ApiError } from '../../lib/api.ts';
import { may } from '../../lib/session.ts';
import { query } from '../../lib/router.ts';
import { Explained, type Asked } from '../../parts/explain/explained.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { words as common } from '../../words/words.ts';
import { AnswerColumn } from './answer-column.tsx';
import { currentBody, dialect, dialectName, isStreamed, key, model, otherModel } from './draft.ts';
import { loadKept } from './load-kept.ts';
import './playground.css';
import { RequestPanel } from './request-panel.tsx';
import { send, type RunningRun } from './run.ts';
import { words } from './words.ts';

/** Asks any alias in any dialect as a client would, and shows what happens. */
export function PlaygroundPage() {
  const runs = useSignal<readonly RunningRun[]>([]);
  const asked = useSignal<Asked | undefined>(undefined);
  const stop = (): void => runs.value.forEach((each) => each.stop());
  useEffect(() => stop, []);
  const start = (): void => {
    stop();
    const names = [model.value, otherModel.value].filter((name) => name !== '');
    const shared = { dialect: dialect(), body: currentBody(), stream: isStreamed(), key: key.value };
    runs.value = names.map((name) => send({ ...shared, model: name }));
  };
  const explain = (): void => {
    asked.value = {
      model: model.value,
      dialect: dialectName.value,
      stream: isStreamed(),
      request: dialect().whole(currentBody(), model.value, isStreamed()),
    };
  };
  const isRunning = runs.value.some(({ run }) => run.value.state === 'running');
  return (
    <Page title={common.value.pages.playground}>
      <Kept />
      <div class="playground">
        <RequestPanel
          isRunning={isRunning}
          onSend={start}
          onStop={stop}
          onExplain={may('viewer') ? explain : undefined}
        />
        <div class="answers-box">
          {asked.value && (
            <Panel title={words.value.explanation}>
              <Explained asked={asked.value} />
            </Panel>
          )}
          <Answers runs={runs.value} />
        </div>
      </div>
    </Page>
  );
}

function Answers({ runs }: { readonly runs: readonly RunningRun[] }) {
  const w = words.value;
  if (runs.length === 0)
    return (
      <Notice icon="playground" title={w.nothingYet}>
        <p>{w.nothingYetMore}</p>
      </Notice>
    );
  return (
    <div class={runs.length > 1 ? 'answers answers-two' : 'answers'}>
      {runs.map((running, at) => {
        const { model } = running.run.value;
        const isTwin = runs.some(({ run }, index) => index < at && run.value.model === model);
        return <AnswerColumn key={at} running={running} title={isTwin ? `${model} (2)` : model} />;
      })}
    </div>
  );
}

/** Takes the body of the request that the address names, once. */
function Kept() {
  const w = words.value;
  const error = useSignal<ApiError | undefined>(undefined);
  const id = query.value.get('request') ?? '';
  useEffect(() => {
    const leave = new AbortController();
    if (id !== '') void loadKept(id, leave.signal).then((problem) => (error.value = problem));
    return () => leave.abort();
  }, [id]);
  if (error.value === undefined) return null;
  const { code, message } = error.value;
  return (
    <Notice icon="warning" tone="warn" title={w.notKept}>
      <p>{code === 'cut' ? w.keptCut : code === 'no_json' ? w.keptNoJson : message}</p>
    </Notice>
  );
}
