import type { Attention, Overview } from '../../../src/admin/overview/overview-schema.ts';
import { compactText, numberText, percentText } from '../../lib/format.ts';
import { pageAt } from '../../pages.ts';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Icon } from '../../parts/icon.tsx';
import { words as common } from '../../words/words.ts';
import { attentionHref, attentionText } from './attention-text.ts';
import { words } from './words.ts';

const TONES: Readonly<Record<Attention['severity'], Tone>> = { critical: 'bad', warning: 'warn', info: 'info' };

/** Is it well, and what is not: the worst as a sentence, then the others, each with its cause and where it is solved. */
export function Health({ overview }: { readonly overview: Overview }) {
  const w = words.value;
  const { attention, window: from } = overview;
  const worst = attention.find(({ severity }) => severity !== 'info');
  const others = attention.filter((each) => each !== worst);
  const tone = worst === undefined ? 'good' : TONES[worst.severity];
  return (
    <section class={`health health-${tone}`} aria-label={w.attention}>
      <p class="health-line" role="status">
        <Icon name={worst === undefined ? 'check' : 'warning'} />
        <span>{worst === undefined ? wellText(overview) : attentionText(worst)}</span>
        {worst && <SolveLink attention={worst} from={from} />}
      </p>
      {others.length > 0 && (
        <ul class="attention">
          {others.map((each) => (
            <li key={`${each.kind} ${each.subject}`}>
              <Badge tone={TONES[each.severity]}>{w.severities[each.severity]}</Badge>
              <span class="attention-text">{attentionText(each)}</span>
              <SolveLink attention={each} from={from} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function wellText({ backends, totals }: Overview): string {
  const w = words.value;
  const up = backends.filter(({ state }) => state === 'up' || state === 'half_open').length;
  const failed =
    totals.requests === 0
      ? w.noneAsked
      : w.failedOf(percentText(totals.failed / totals.requests), compactText(totals.requests));
  return w.allWell(up === 0 ? w.noBackends : w.backendsUp(numberText(up)), failed);
}

/** Leads to the page where something is solved. */
function SolveLink({ attention, from }: { readonly attention: Attention; readonly from: string }) {
  const href = attentionHref(attention, from);
  const row = href === undefined ? undefined : pageAt(new URL(href, location.origin).pathname)?.row;
  if (row === undefined || href === undefined) return null;
  return (
    <a href={href}>
      {common.value.pages[row.name]} <Icon name="arrow" />
    </a>
  );
}
