import type { ComponentChildren } from 'preact';
import type { RequestDetail } from '../../../lib/answers.ts';
import { durationText, numberText } from '../../../lib/format.ts';
import { timeText } from '../../../lib/zone.ts';
import { Badge } from '../../../parts/badge.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { place, ticksOf } from './scale.ts';
import { endOf, servedOf } from './summary.ts';
import { words } from './words.ts';

type Span = RequestDetail['timeline'][number];
type Try = RequestDetail['tries'][number];

/** What took how long, drawn to scale: each wait and each attempt in a lane of its own, so that hedges lie side by side. */
export function Timeline({ detail }: { readonly detail: RequestDetail }) {
  const { timeline, tries, duration_ms: duration, ttft_ms: first } = detail;
  const total = Math.max(duration, ...timeline.map(({ end_ms: end }) => end));
  const served = servedOf(detail);
  return (
    <div class="timeline">
      <Axis total={total} />
      <ol class="timeline-lanes">
        {timeline.map((span, at) => {
          const tried = span.try === null ? undefined : tries.find(({ index }) => index === span.try);
          return (
            <li key={at} class="lane">
              <LaneName span={span} tried={tried} />
              <div class="lane-track" aria-hidden="true">
                <Grid total={total} />
                <Bar span={span} tried={tried} total={total} />
                {first !== null && <Marker kind="first" at={first} total={total} />}
                <Marker kind="last" at={duration} total={total} />
              </div>
              <LaneText span={span} tried={tried} isServed={tried !== undefined && tried === served} />
            </li>
          );
        })}
      </ol>
      <Legend first={first} last={duration} />
    </div>
  );
}

function Axis({ total }: { readonly total: number }) {
  return (
    <div class="timeline-axis" aria-hidden="true">
      <div class="timeline-ticks">
        {ticksOf(total).map((at) => (
          <span
            key={at}
            class={place(at, total) > 92 ? 'tick tick-last' : 'tick'}
            style={{ left: `${place(at, total)}%` }}
          >
            {at === 0 ? '0' : durationText(at)}
          </span>
        ))}
      </div>
    </div>
  );
}

function Grid({ total }: { readonly total: number }) {
  return (
    <>
      {ticksOf(total).map((at) => (
        <span key={at} class="tick-line" style={{ left: `${place(at, total)}%` }} />
      ))}
    </>
  );
}

interface LaneProps {
  readonly span: Span;
  readonly tried: Try | undefined;
}

function LaneName({ span, tried }: LaneProps) {
  const w = words.value;
  if (tried === undefined) return <div class="lane-name nothing">{span.kind === 'try' ? '' : w.kinds[span.kind]}</div>;
  return (
    <div class="lane-name">
      <span class="off-screen">{w.attempt(numberText(tried.index + 1))}: </span>
      <span class="lane-number" aria-hidden="true">
        {numberText(tried.index + 1)}
      </span>
      <span class="lane-route">
        <b>{tried.backend}</b> <span class="nothing">{tried.model}</span>
      </span>
    </div>
  );
}

/** Waiting for the first token is pale, what comes after it full. */
function Bar({ span, tried, total }: LaneProps & { readonly total: number }) {
  const { start_ms: start, end_ms: end, first_content_ms: first } = span;
  const part = (from: number, to: number, look: string) => (
    <span
      class={`bar bar-${look}`}
      style={{ left: `${place(from, total)}%`, width: `${place(to, total) - place(from, total)}%` }}
    />
  );
  if (tried === undefined) return part(start, end, 'wait');
  const look = tried.failure === null ? 'good' : tried.failure === 'hedge_lost' ? 'other' : 'bad';
  if (first === null) return part(start, end, `${look}-waiting`);
  return (
    <>
      {part(start, first, `${look}-waiting`)}
      {part(first, end, look)}
    </>
  );
}

function Marker({ kind, at, total }: { readonly kind: 'first' | 'last'; readonly at: number; readonly total: number }) {
  return <span class={`marker marker-${kind}`} style={{ left: `${place(at, total)}%` }} />;
}

/** The same in words: when, how it ended and why, and what followed. */
function LaneText({ span, tried, isServed }: LaneProps & { readonly isServed: boolean }) {
  const w = words.value;
  const { start_ms: start, end_ms: end, first_content_ms: first } = span;
  const times = [w.fromTo(durationText(start), durationText(end)), w.took(durationText(end - start))];
  if (first !== null) times.push(w.firstContentAt(durationText(first)));
  if (tried === undefined) return <p class="lane-text nothing">{times.join(' · ')}</p>;
  const ended = endOf(tried);
  const notes: ComponentChildren[] = [times.join(' · ')];
  if (tried.detail !== null) notes.push(<code>{tried.detail}</code>);
  if (tried.retry_after_ms !== null) notes.push(w.retryAfter(durationText(tried.retry_after_ms)));
  if (tried.trial) notes.push(w.trial);
  if (tried.redone) notes.push(w.redone);
  if (tried.hedge !== null) notes.push(isHedge(tried.hedge) ? w.hedges[tried.hedge] : tried.hedge);
  return (
    <div class="lane-text">
      <p>
        {ended === undefined ? (
          <Badge tone={isServed ? 'good' : 'plain'}>{w.okay(String(tried.status ?? ''))}</Badge>
        ) : (
          <Badge tone={tried.failure === 'hedge_lost' ? 'plain' : 'bad'}>{ended}</Badge>
        )}
      </p>
      <p class="nothing">
        {notes.map((note, at) => (
          <span key={at}>
            {at > 0 && ' · '}
            {note}
          </span>
        ))}
      </p>
      <Cooldown tried={tried} />
    </div>
  );
}

function isHedge(text: string): text is keyof typeof words.value.hedges {
  return Object.hasOwn(words.value.hedges, text);
}

function Cooldown({
  tried: { cooling_until: until, started_at: started, duration_ms: took },
}: {
  readonly tried: Try;
}) {
  if (until === null) return null;
  const left = Math.max(0, Date.parse(until) - Date.parse(started) - took);
  return (
    <p class="lane-cooldown tone-warn">
      <Icon name="clock" />
      {words.value.cooldown(timeText(until, 'second'), durationText(left))}
    </p>
  );
}

/** What its colours mean, and the two moments that the client sees. */
function Legend({ first, last }: { readonly first: number | null; readonly last: number }) {
  const { legend: w } = words.value;
  return (
    <ul class="timeline-legend">
      <li>
        <span class="key bar-good-waiting" />
        {w.waiting}
      </li>
      <li>
        <span class="key bar-good" />
        {w.content}
      </li>
      <li>
        <span class="key bar-wait" />
        {w.wait}
      </li>
      {first !== null && (
        <li>
          <span class="key-line marker-first" />
          {w.first} <b>{durationText(first)}</b>
        </li>
      )}
      <li>
        <span class="key-line marker-last" />
        {w.last} <b>{durationText(last)}</b>
      </li>
    </ul>
  );
}
