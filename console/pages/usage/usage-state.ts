import { historyUntil } from '../../lib/demo.ts';
import { role } from '../../lib/session.ts';
import { setQuery, urlChoice, urlField, type UrlField } from '../../lib/url-state.ts';
import { localDate } from '../../lib/local-date.ts';
import { timeText, zone } from '../../lib/zone.ts';

/** What usage is grouped by. Those of `TEXTS` stand alone, for they are counted from the requests themselves. */
export const DIMENSIONS = ['caller', 'team', 'owner', 'alias', 'model', 'backend', 'tag'] as const;
export const TEXTS = ['user_agent', 'session', 'end_user'] as const;
/** Classes of tokens are no groups of requests, but parts of each. */
const ALL = [...DIMENSIONS, 'class', ...TEXTS] as const;

export type Dimension = (typeof ALL)[number];

export const MEASURES = ['cost', 'requests', 'failed', 'tokens', 'input', 'cached', 'output'] as const;
export type Measure = (typeof MEASURES)[number];

export const WINDOWS = ['24h', '7d', '30d', '90d', 'custom'] as const;
export const STEPS = ['auto', 'hour', 'day', 'week', 'month'] as const;
export const TOPS = ['3', '5', '8'] as const;

/** A demo has made up two hours: a week would be one bar. */
const usualWindow = (): (typeof WINDOWS)[number] => (historyUntil.value === undefined ? '7d' : '24h');

/** The state of the page, which the address holds. */
export const state = {
  by: urlChoice('by', ALL, 'caller'),
  by2: urlChoice('by2', ['', ...DIMENSIONS], ''),
  tagKey: urlField('tag_key', 'project'),
  measure: urlChoice('measure', MEASURES, 'cost'),
  window: urlChoice('window', WINDOWS, usualWindow),
  from: urlField('from'),
  to: urlField('to'),
  step: urlChoice('step', STEPS, 'auto'),
  top: urlChoice('top', TOPS, '8'),
  sort: urlField('sort', '-cost'),
};

/** What the requests must have to count. */
export const FILTERS = ['caller', 'team', 'owner', 'alias', 'model', 'backend', 'tag'] as const;
export const filterFields: Readonly<Record<(typeof FILTERS)[number], UrlField>> = {
  caller: urlField('caller'),
  team: urlField('team'),
  owner: urlField('owner'),
  alias: urlField('alias'),
  model: urlField('model'),
  backend: urlField('backend'),
  tag: urlField('tag'),
};

/** Those that are set. */
export function filterQuery(): Readonly<Record<string, string>> {
  const set = FILTERS.filter((name) => filterFields[name].value !== '');
  return Object.fromEntries(set.map((name) => [name, filterFields[name].value]));
}

/** The dimensions that count together, in their order. */
export function groups(): readonly Dimension[] {
  const { by, by2 } = state;
  if (by.value === 'class') return [];
  if (by2.value === '' || by2.value === by.value || TEXTS.some((each) => each === by.value)) return [by.value];
  return [by.value, by2.value];
}

/** The same as `group_by` takes it. */
export function groupBy(dimensions = groups()): readonly string[] {
  return dimensions.map((each) => (each === 'tag' ? `tag:${state.tagKey.value}` : each));
}

/** Of the caller alone, for who is only that. */
export function usagePath(): string {
  return role.value === 'member' ? '/admin/me/usage' : '/admin/usage';
}

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** What is counted, as the admin API takes it: days begin in the zone in use. */
export function timesAt(now: number): { readonly from: string; readonly to: string | undefined } {
  const { window, from, to } = state;
  if (window.value === 'custom') {
    const last = to.value === '' ? undefined : nextDate(to.value);
    return { from: from.value === '' ? dateText(now - 29 * DAY_MS) : from.value, to: last };
  }
  // This hour and 23 before it; today, and as many days before it.
  if (window.value === '24h')
    return { from: new Date(Math.floor(now / HOUR_MS) * HOUR_MS - 23 * HOUR_MS).toISOString(), to: undefined };
  return { from: dateText(now - (Number.parseInt(window.value, 10) - 1) * DAY_MS), to: undefined };
}

/** Chooses a time; dates begin as those that were shown. */
export function chooseWindow(next: (typeof WINDOWS)[number], now: number): void {
  const { from, to } = state;
  const isEmpty = next === 'custom' && from.value === '' && to.value === '';
  const first = timesAt(now).from.slice(0, 10);
  setQuery({ window: next === usualWindow() ? undefined : next, ...(isEmpty && { from: first, to: dateText(now) }) });
}

/** The step of the chart, chosen or as fits the time. */
export function stepAt(now: number): 'hour' | 'day' | 'week' | 'month' {
  const { step } = state;
  if (step.value !== 'auto') return step.value;
  const { from, to } = timesAt(now);
  const days = ((to === undefined ? now : Date.parse(to)) - Date.parse(from)) / DAY_MS;
  return days <= 2 ? 'hour' : days <= 93 ? 'day' : days <= 370 ? 'week' : 'month';
}

/** `2026-11-30`, the day of a time in the zone in use. */
function dateText(ms: number): string {
  return localDate(ms).toISOString().slice(0, 10);
}

function nextDate(date: string): string {
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? date : new Date(ms + DAY_MS).toISOString().slice(0, 10);
}

/** What is counted, for people. */
export function timesText(from: string, to: string, text: (from: string, to: string, zone: string) => string): string {
  const form = Date.parse(to) - Date.parse(from) <= 2 * DAY_MS ? 'list' : 'date';
  return text(timeText(from, form), timeText(Date.parse(to) - 1, form), zone.value);
}
