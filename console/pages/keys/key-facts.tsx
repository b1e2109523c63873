import type { ComponentChildren } from 'preact';
import type { Key } from '../../lib/accounts.ts';
import { numberText } from '../../lib/format.ts';
import { Time } from '../../parts/figures.tsx';
import { words as accounts } from '../../words/accounts.ts';
import { isRotating } from './key-state.tsx';
import { words } from './words.ts';

/** All that a key says, as it was given. */
export function KeyFacts({ apiKey: key }: { readonly apiKey: Key }) {
  const w = words.value;
  const a = accounts.value;
  const tags = Object.entries(key.tags ?? {}).map(([name, value]) => `${name}=${value}`);
  const bodies = key.log_bodies;
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    [a.models, key.models.join(', ')],
    [a.team, key.team && <a href={`/console/teams/${encodeURIComponent(key.team)}`}>{key.team}</a>],
    [w.owner, key.owner],
    [w.expires, key.expires_at === undefined ? w.neverExpires : <Time at={key.expires_at} form="full" />],
    [w.prefix, key.prefix && <code>{`${key.prefix}…`}</code>],
    [w.generation, key.generation],
    [w.previousUntil, isRotating(key) && <Time at={key.previous_until ?? null} form="full" />],
    [a.rps, numberOf(key.rps)],
    [a.rpm, numberOf(key.rpm)],
    [a.tpm, numberOf(key.tpm)],
    [a.maxConcurrency, numberOf(key.max_concurrency)],
    [w.allowedIps, key.allowed_ips?.join(', ')],
    [w.endpoints, key.endpoints?.join(', ')],
    [w.tags, tags.join(', ')],
    [w.logBodies, isBodies(bodies) && w.logBodiesOf[bodies]],
    [w.source, key.source === 'config' ? a.inConfig : w.inStore],
    [w.made, key.created_at && <Time at={key.created_at} form="full" />],
    [w.changed, key.updated_at && <Time at={key.updated_at} form="full" />],
  ];
  return (
    <dl class="properties">
      {facts.map(([name, value]) =>
        value === undefined || value === false || value === '' ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function isBodies(text: string | undefined): text is keyof typeof words.value.logBodiesOf {
  return text !== undefined && text in words.value.logBodiesOf;
}

function numberOf(value: number | undefined): string | undefined {
  return value === undefined ? undefined : numberText(value);
}
