import type { ComponentChildren } from 'preact';
import type { RequestDetail } from '../../../lib/answers.ts';
import { numberText } from '../../../lib/format.ts';
import { words } from './words.ts';

/** What was translated, put in, added and dropped on the way to the backend. */
export function Changes({ detail: { changes } }: { readonly detail: RequestDetail }) {
  const { change: w, unchanged } = words.value;
  const { model, dialect, system_prompts: prompts, include_usage: asksUsage, output_limit: limit, dropped } = changes;
  const rows: (readonly [string, ComponentChildren])[] = [];
  if (model !== null) rows.push([w.model, <FromTo from={model.asked} to={model.sent} />]);
  if (dialect !== null) rows.push([w.dialect, <FromTo from={dialect.client} to={dialect.backend} />]);
  if (prompts.length > 0) rows.push([w.prompts, <Codes names={prompts} />]);
  if (asksUsage) rows.push([w.usage, w.usageText]);
  if (limit !== null) rows.push([w.limit, w.limitText(numberText(limit))]);
  if (dropped.length > 0)
    rows.push([
      w.dropped,
      <>
        <Codes names={dropped} /> <span class="nothing">{w.droppedText}</span>
      </>,
    ]);
  if (rows.length === 0) return <p class="nothing">{unchanged}</p>;
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name} class="fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function FromTo({ from, to }: { readonly from: string | null; readonly to: string | null }) {
  return (
    <>
      <code>{from ?? '–'}</code> → <code>{to ?? '–'}</code>
    </>
  );
}

function Codes({ names }: { readonly names: readonly string[] }) {
  return (
    <>
      {names.map((name, at) => (
        <span key={name}>
          {at > 0 && ', '}
          <code>{name}</code>
        </span>
      ))}
    </>
  );
}
