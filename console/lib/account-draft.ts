import type { ApiError } from './api.ts';
import type { Key, Team } from './accounts.ts';
import { localDate } from './local-date.ts';
import { offsetText, zone } from './zone.ts';

/** A budget while it is written. What the form does not show is kept in `rest`. */
export interface BudgetDraft {
  readonly name: string;
  readonly unit: BudgetUnit;
  readonly amount: string;
  readonly per: string;
  readonly zone: string;
  readonly mode: string;
  /** Percentages with commas between. */
  readonly alertAt: string;
  readonly fallback: readonly string[];
  readonly rest: Readonly<Record<string, unknown>>;
}

export type BudgetUnit = 'usd' | 'tokens' | 'requests';

/** What keys and teams both limit, while it is written. */
export interface LimitsDraft {
  readonly rps: string;
  readonly rpm: string;
  readonly tpm: string;
  readonly maxConcurrency: string;
  readonly budgets: readonly BudgetDraft[];
}

/** A key while it is written: all texts, as they are entered. */
export interface KeyDraft extends LimitsDraft {
  readonly name: string;
  readonly team: string;
  readonly owner: string;
  readonly models: readonly string[];
  readonly endpoints: readonly string[];
  readonly allowedIps: readonly string[];
  /** As `<input type="datetime-local">` has it, in the zone in use. */
  readonly expiresAt: string;
  readonly tags: readonly string[];
  readonly logBodies: string;
}

/** A team while it is written. */
export interface TeamDraft extends LimitsDraft {
  readonly name: string;
  readonly parent: string;
  readonly label: string;
  readonly models: readonly string[];
}

/** What a new budget begins with. */
export function newBudget(): BudgetDraft {
  const usual = { per: 'month', zone: zone.value, mode: 'hard', alertAt: '50, 80, 100' };
  return { ...usual, name: '', unit: 'usd', amount: '', fallback: [], rest: {} };
}

/** A key as the form shows it; undefined: a new one, for all models. */
export function keyDraftOf(key?: Key): KeyDraft {
  return {
    name: key?.name ?? '',
    team: key?.team ?? '',
    owner: key?.owner ?? '',
    models: key?.models ?? ['*'],
    endpoints: key?.endpoints ?? [],
    allowedIps: key?.allowed_ips ?? [],
    expiresAt: key?.expires_at === undefined ? '' : localText(key.expires_at),
    tags: Object.entries(key?.tags ?? {}).map(([name, value]) => `${name}=${value}`),
    logBodies: key?.log_bodies ?? '',
    ...limitsDraftOf(key),
  };
}

/** A team as the form shows it; undefined: a new one. */
export function teamDraftOf(team?: Team, parent = ''): TeamDraft {
  const label = team?.['label'];
  return {
    name: team?.name ?? '',
    parent: team?.parent ?? parent,
    label: typeof label === 'string' ? label : '',
    models: team?.models ?? [],
    ...limitsDraftOf(team),
  };
}

/** A key as the admin API takes it: only what differs from `before`, with null for what is taken away. */
export function keyBody(draft: KeyDraft, before?: KeyDraft): Record<string, unknown> {
  return changesOf(keyValues(draft), before && keyValues(before));
}

/** A team likewise. */
export function teamBody(draft: TeamDraft, before?: TeamDraft): Record<string, unknown> {
  return changesOf(teamValues(draft), before && teamValues(before));
}

type Values = Readonly<Record<string, unknown>>;

function keyValues(draft: KeyDraft): Values {
  return {
    name: draft.name.trim(),
    team: textOf(draft.team),
    owner: textOf(draft.owner),
    models: draft.models,
    endpoints: listOf(draft.endpoints),
    allowed_ips: listOf(draft.allowedIps),
    expires_at: draft.expiresAt === '' ? undefined : instantOf(draft.expiresAt),
    tags: tagsOf(draft.tags),
    log_bodies: textOf(draft.logBodies),
    ...limitValues(draft),
  };
}

function teamValues(draft: TeamDraft): Values {
  const { parent, label, models } = draft;
  const own = { name: draft.name.trim(), parent: textOf(parent), label: textOf(label), models: listOf(models) };
  return { ...own, ...limitValues(draft) };
}

function limitValues({ rps, rpm, tpm, maxConcurrency, budgets }: LimitsDraft): Values {
  return {
    rps: numberOf(rps),
    rpm: numberOf(rpm),
    tpm: numberOf(tpm),
    max_concurrency: numberOf(maxConcurrency),
    budgets: budgets.length === 0 ? undefined : budgets.map(budgetValues),
  };
}

function budgetValues(draft: BudgetDraft): Values {
  const { name, unit, amount, per, mode, fallback, rest } = draft;
  const alerts = draft.alertAt.split(',').flatMap((each) => (each.trim() === '' ? [] : [numberOf(each)]));
  return {
    ...rest,
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    // Money stays text: no digit is lost.
    [unit]: unit === 'usd' ? amount.trim() : numberOf(amount),
    per,
    zone: draft.zone,
    mode,
    alert_at: alerts,
    ...(fallback.length === 0 ? {} : { on_exceeded: { fallback } }),
  };
}

function limitsDraftOf(limited: Key | Team | undefined): LimitsDraft {
  const { rps, rpm, tpm, max_concurrency: concurrency, budgets = [] } = limited ?? {};
  return {
    rps: numberText(rps),
    rpm: numberText(rpm),
    tpm: numberText(tpm),
    maxConcurrency: numberText(concurrency),
    budgets: budgets.map(budgetDraftOf),
  };
}

function budgetDraftOf(budget: Values): BudgetDraft {
  const { name, usd, tokens, requests, per, zone: of, mode, alert_at: alerts, on_exceeded: exceeded, ...rest } = budget;
  const unit = usd !== undefined ? 'usd' : tokens !== undefined ? 'tokens' : 'requests';
  const fallback = typeof exceeded === 'object' ? (exceeded as { fallback: readonly string[] }).fallback : [];
  return {
    name: plainText(name),
    unit,
    amount: plainText(usd ?? tokens ?? requests),
    per: plainText(per),
    zone: plainText(of),
    mode: plainText(mode),
    alertAt: Array.isArray(alerts) ? alerts.join(', ') : '',
    fallback,
    rest,
  };
}

function changesOf(values: Values, before: Values | undefined): Record<string, unknown> {
  const entries = Object.entries(values);
  if (before === undefined) return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  const changed = entries.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]));
  return Object.fromEntries(changed.map(([name, value]) => [name, value ?? null]));
}

function textOf(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim();
}

function listOf(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** A number; a text that is none goes as it is, and the gateway says what is wrong with it. */
function numberOf(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const number = Number(trimmed);
  return Number.isNaN(number) ? trimmed : number;
}

function tagsOf(tags: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (tags.length === 0) return undefined;
  return Object.fromEntries(
    tags.map((tag) => {
      const at = tag.indexOf('=');
      return at === -1 ? [tag, ''] : [tag.slice(0, at).trim(), tag.slice(at + 1).trim()];
    }),
  );
}

function numberText(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

function plainText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** `2026-12-24T18:00` of an instant, in the zone in use. */
function localText(at: string): string {
  return localDate(Date.parse(at)).toISOString().slice(0, 16);
}

/** The instant of such a text. */
function instantOf(text: string): string {
  const guess = Date.parse(`${text}${offsetText(Date.parse(`${text}Z`))}`);
  const at = Date.parse(`${text}${offsetText(guess)}`);
  return Number.isNaN(at) ? text : new Date(at).toISOString();
}

/** What the gateway says is wrong, by the field that it is about; `''`: what is about none. */
export type Problems = ReadonlyMap<string, string>;

/** Reads the lines of an error: `budgets[0].usd: is negative (…)`. */
export function problemsOf(error: ApiError | undefined): Problems {
  const found = new Map<string, string>();
  if (error === undefined) return found;
  if (error.code === 'already_exists') return found.set('name', error.message);
  for (const line of error.message.split('\n')) {
    const [, path, message] = /^([\w.[\]":/-]+): (.+)$/.exec(line) ?? [];
    const place = path ?? error.param ?? '';
    const text = sentenceOf(message ?? line);
    found.set(place, found.has(place) ? `${found.get(place)} ${text}` : text);
  }
  return found;
}

/** What follows the name of a field in an error, as it stands alone below that field. */
function sentenceOf(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replaceAll('`', '');
}

/** What is wrong with a field, or with a part of it. */
export function problemAt(problems: Problems, path: string): string | undefined {
  const own = problems.get(path);
  if (own !== undefined) return own;
  for (const [place, message] of problems)
    if (place.startsWith(`${path}[`) || place.startsWith(`${path}.`)) return message;
  return undefined;
}
