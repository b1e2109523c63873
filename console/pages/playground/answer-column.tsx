import { durationText, numberText } from '../../lib/format.ts';
import { Badge, StatusBadge } from '../../parts/badge.tsx';
import { Code } from '../../parts/code.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Ticked } from '../../parts/ticked.tsx';
import { EventList } from './event-list.tsx';
import { RecordOf } from './record-of.tsx';
import type { Run, RunningRun } from './run.ts';
import { words } from './words.ts';

interface AnswerColumnProps {
  readonly running: RunningRun;
  /** Its model, told apart from the one beside it. */
  readonly title: string;
}

/** One answer: its text, its raw events beside it, and what became of the request on its way. */
export function AnswerColumn({ running, title }: AnswerColumnProps) {
  const w = words.value;
  const run = running.run.value;
  const isStream = run.headers['content-type']?.startsWith('text/event-stream') === true;
  return (
    <Panel title={title} actions={<StateOf run={run} />}>
      <Figures run={run} />
      <div class="answer">
        <section aria-label={w.answerOf(title)} class="answer-side">
          <h3>{w.answer}</h3>
          {run.error && (
            <Notice icon="warning" tone="bad" title={run.error.code === '' ? w.failed : run.error.code}>
              <p>
                <Ticked text={run.error.message} />
              </p>
            </Notice>
          )}
          {run.state === 'failed' && run.status === undefined && <p class="hint">{w.notReached}</p>}
          {run.error?.code === 'unknown_path' && <p class="hint">{w.notHere}</p>}
          {(run.error === undefined || run.text !== '') && (
            <div
              class="answer-text"
              tabIndex={0}
              role="group"
              aria-label={w.answerOf(title)}
              aria-busy={run.state === 'running'}
            >
              {run.text}
              {run.state === 'running' && <span class="caret" aria-hidden="true" />}
            </div>
          )}
        </section>
        <section aria-label={w.rawOf(title)} class="answer-side">
          <h3>
            {isStream ? w.events : w.raw} {isStream && <span class="hint">{numberText(run.events.length)}</span>}
          </h3>
          {isStream ? <EventList label={w.rawOf(title)} events={run.events} /> : <WholeBody run={run} />}
        </section>
      </div>
      <RecordOf run={run} title={title} />
    </Panel>
  );
}

function WholeBody({ run: { events } }: { readonly run: Run }) {
  const [whole] = events;
  if (whole === undefined) return null;
  try {
    return <Code label={words.value.raw} value={JSON.parse(whole.data) as unknown} />;
  } catch {
    return <Code label={words.value.raw} text={whole.data} />;
  }
}

function StateOf({ run: { state, status } }: { readonly run: Run }) {
  const w = words.value;
  return (
    <span class="answer-state" role="status">
      {status !== undefined && <StatusBadge status={status} />} <Badge tone={TONES[state]}>{w.runStates[state]}</Badge>
    </span>
  );
}

const TONES = { running: 'info', done: 'good', stopped: 'warn', failed: 'bad' } as const;

function Figures({ run: { firstMs, totalMs, tokens, headers, error } }: { readonly run: Run }) {
  const w = words.value;
  const ms = (value: number | undefined): string => (value === undefined ? '–' : durationText(value));
  const count = (value: number | undefined): string => (value === undefined ? '–' : numberText(value));
  const perSecond =
    tokens.output === undefined || totalMs === undefined || firstMs === undefined || totalMs - firstMs < 50
      ? undefined
      : tokens.output / ((totalMs - firstMs) / 1000);
  const served = headers['x-llm-proxy-backend'];
  return (
    <dl class="answer-figures">
      <Figure label={w.ttft} value={ms(firstMs)} />
      <Figure label={w.total} value={ms(totalMs)} />
      <Figure label={w.tokensIn} value={count(tokens.input)} />
      <Figure label={w.tokensOut} value={count(tokens.output)} />
      {perSecond !== undefined && <Figure label={w.perSecond} value={numberText(Math.round(perSecond))} />}
      {served !== undefined && (
        <Figure
          label={error === undefined ? w.servedBy : w.lastAsked}
          value={`${served}/${headers['x-llm-proxy-model'] ?? ''}`}
        />
      )}
    </dl>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
