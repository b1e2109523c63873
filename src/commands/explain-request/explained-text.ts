import type {
  ExplainedLimitJson,
  ExplainedRouteJson,
  ExplainJson,
  ExplainedStepJson,
} from '../../admin/routing/explain-schema.ts';
import { asPlainText } from '../../lib/plain-text.ts';
import { tableText, type Column } from '../table-text.ts';
import type { Explained } from './by-config.ts';

/** Of more steps the JSON tells. */
const MOST_STEPS = 12;

/** An explanation for people: what becomes of the request, its routes in order, what is left out of it, what limits it. */
export function explainedText({ answer, from }: Explained, now: Date): string[] {
  const { routes } = answer;
  const tried = routes.filter(({ skipped }) => skipped === null);
  const left = routes.filter(({ skipped }) => skipped !== null);
  return [
    headOf(answer),
    `By ${from}.${answer.live ? '' : ' Cooldowns, drains, what is in use and what was spent are not known, nor the keys of a database.'}`,
    verdictOf(answer),
    ...section(
      tried.length > 1 && !answer.deterministic
        ? 'Routes, in one of the orders that chance may choose (FIRST: how likely each comes first)'
        : 'Routes, in order',
      triedTable(tried),
    ),
    ...section('Not tried', leftTable(left, now)),
    ...section('Left out of the request, for the dialect of the backend has no place for it', droppedLines(tried)),
    ...section(`If each attempt failed (${answer.assumed_failure})`, stepLines(answer)),
    ...section('Hedging', hedgeLines(answer)),
    ...section('Limits, the nearest first', limitTable(answer.limits, now)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
}

function headOf({ model, alias, dialect, stream, caller, team, input_tokens: tokens }: ExplainJson): string {
  const what = alias === null || alias === model ? model : `${model} (alias ${alias})`;
  const who = caller === null ? '' : `, from ${caller}${team === null ? '' : ` of the team ${team}`}`;
  return `${what}: asked for in ${dialect}${stream ? ' as a stream' : ''}${who}, about ${tokens} input tokens`;
}

function verdictOf({ allowed, refusal, limits, routes, rehearsed }: ExplainJson): string {
  const met = rehearsed ? ' A rehearsal lets attempts of this caller fail just now.' : '';
  if (refusal !== null) return `It would be refused: ${refusal.status} ${refusal.code}. ${refusal.message}`;
  const over = limits.find(({ refuses }) => refuses);
  if (over !== undefined) return `It would be refused: over the ${over.limit}.${met}`;
  if (!allowed) return `Nothing would be tried: none of ${routes.length} routes is open.${met}`;
  return `It would be let in.${met}`;
}

function triedTable(routes: readonly ExplainedRouteJson[]): string[] {
  if (routes.length === 0) return [];
  const columns: Column[] = [
    { head: '#', align: 'right' },
    { head: 'BACKEND' },
    { head: 'MODEL' },
    { head: 'ALIAS' },
    { head: 'FIRST', align: 'right' },
    { head: 'USD' },
    { head: 'WHY' },
  ];
  return tableText(
    columns,
    routes.map((route) => [
      String(route.rank ?? ''),
      route.backend,
      route.model,
      route.alias,
      route.share === null ? '' : `${Math.round(route.share * 100)} %`,
      costText(route.cost),
      [
        asPlainText(route.why),
        ...(route.translated ? [`Translated to ${route.dialect ?? ''}.`] : []),
        ...(route.system_prompts.length > 0 ? [`System prompts: ${route.system_prompts.join(', ')}.`] : []),
      ].join(' '),
    ]),
  );
}

function costText(cost: ExplainedRouteJson['cost']): string {
  if (cost === null) return 'no price';
  const { at_least_usd: least, at_most_usd: most } = cost;
  return least === most ? (least ?? '') : `${least} to ${most}`;
}

function leftTable(routes: readonly ExplainedRouteJson[], now: Date): string[] {
  if (routes.length === 0) return [];
  const heads = ['BACKEND', 'MODEL', 'ALIAS', 'WHY'].map((head) => ({ head }));
  return tableText(
    heads,
    routes.map(({ backend, model, alias, why, refused_field: field, until }) => [
      backend,
      model,
      alias,
      [
        asPlainText(why),
        ...(field === null ? [] : [`It is ${field}.`]),
        ...(until === null ? [] : [`Until ${inTime(until, now)}.`]),
      ].join(' '),
    ]),
  );
}

function droppedLines(routes: readonly ExplainedRouteJson[]): string[] {
  return routes
    .filter(({ dropped }) => dropped.length > 0)
    .map(({ backend, model, dropped }) => `${backend} ${model}: ${dropped.join(', ')}`);
}

function stepLines({ steps }: ExplainJson): string[] {
  if (steps.length < 2) return [];
  const lines = steps.slice(0, MOST_STEPS).map((step, at) => `${String(at + 1).padStart(2)}  ${stepText(step)}`);
  const more = steps.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more, which --json has`] : lines;
}

function stepText({ type, backend, model, retry, at_most_ms: most, fallback, alias, why }: ExplainedStepJson): string {
  if (type === 'wait') return `wait up to ${Math.round(most ?? 0)} ms`;
  if (type === 'queue') return 'wait for a slot of a full backend';
  const again = retry > 0 ? `, retry ${retry}` : '';
  const isAsked = !why.startsWith('It is not asked');
  return `${backend} ${model}${again}${fallback ? ` (fallback ${alias})` : ''}${isAsked ? '' : ': not asked'}`;
}

function hedgeLines({ hedge }: ExplainJson): string[] {
  if (hedge === null) return [];
  const { after_ms: after, backend, why } = hedge;
  const when = after === null ? 'not known yet when' : `after ${Math.round(after)} ms`;
  return [backend === null ? why : `${when}: ${backend}. ${why}`];
}

function limitTable(limits: readonly ExplainedLimitJson[], now: Date): string[] {
  if (limits.length === 0) return [];
  const columns: Column[] = [
    { head: 'LIMIT' },
    { head: 'USED', align: 'right' },
    { head: 'LEFT', align: 'right' },
    { head: 'OF', align: 'right' },
    { head: 'NEEDS', align: 'right' },
    { head: '' },
  ];
  return tableText(
    columns,
    limits.map(({ limit, kind, unit, per, used, left, most, needed, refuses, resets_at: resets }) => [
      kind === 'budget' ? `budget ${limit}` : asPlainText(limit),
      `${Math.round(used * 100)} %`,
      left,
      `${most} ${unit === 'usd' ? 'USD' : unit}${per === null ? '' : ` per ${per}`}`,
      needed ?? '?',
      refuses ? `refuses${resets === null ? '' : `, all there again ${inTime(resets, now)}`}` : '',
    ]),
  );
}

/** `14:05:10 UTC (in 25 s)` */
function inTime(at: string, now: Date): string {
  const seconds = Math.max(0, Math.round((Date.parse(at) - now.getTime()) / 1000));
  const day = at.slice(0, 10) === now.toISOString().slice(0, 10) ? '' : `${at.slice(0, 10)} `;
  return `${day}${at.slice(11, 19)} UTC (in ${seconds} s)`;
}
