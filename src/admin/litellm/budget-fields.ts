import { decimalText, readDecimal } from '../../lib/decimal.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { durationOf, windowOf } from './period.ts';
import { numberField, textField, wrong, type Fields } from './request-fields.ts';

/** The names of the budgets that come from `max_budget` and `soft_budget`. */
const HARD = 'max-budget';
const SOFT = 'soft-budget';
const PLACES = 9;

/** What LiteLLM says of a budget. */
export interface BudgetFields {
  readonly max_budget: number | null;
  readonly soft_budget: number | null;
  readonly budget_duration: string | null;
}

/** The budgets of a view: its own two as fields; of a key that was made otherwise, the first hard one in USD. */
export function budgetFieldsOf(budgets: unknown): BudgetFields {
  const all = listOf(budgets);
  const hard = named(all, HARD) ?? all.find((each) => each['usd'] !== undefined && (each['mode'] ?? 'hard') === 'hard');
  const soft = named(all, SOFT);
  const told = hard ?? soft;
  return {
    max_budget: amountOf(hard),
    soft_budget: amountOf(soft),
    budget_duration: told === undefined ? null : (spelled(told) ?? durationOf(asString(told['per']) ?? '') ?? null),
  };
}

/** The window of the budget that `spend` is told of; undefined: there is none. */
export function spendWindowOf(budgets: unknown): JsonObject | undefined {
  const all = listOf(budgets);
  return named(all, HARD) ?? named(all, SOFT);
}

/** The budgets with what a request changes of them; undefined if it changes nothing. Others stay as they are. */
export function changedBudgets(before: unknown, fields: Fields): JsonObject[] | null | undefined {
  const names = ['max_budget', 'soft_budget', 'budget_duration'];
  if (!names.some((name) => name in fields)) return undefined;
  const all = listOf(before);
  const now = budgetFieldsOf(all.filter(isOwn));
  const valueOf = (name: 'max_budget' | 'soft_budget') =>
    (name in fields ? numberField(fields, name) : now[name]) ?? null;
  const duration =
    ('budget_duration' in fields ? textField(fields, 'budget_duration') : (now.budget_duration ?? undefined)) ?? '';
  const per = windowOf(duration);
  const suffix = duration === '' || durationOf(per) === duration ? '' : `.${duration}`;
  const [hard, soft] = [valueOf('max_budget'), valueOf('soft_budget')];
  const next = [
    ...all.filter((each) => !isOwn(each)),
    ...(hard === null ? [] : [{ name: HARD + suffix, usd: usdOf('max_budget', hard), per }]),
    ...(soft === null ? [] : [{ name: SOFT + suffix, usd: usdOf('soft_budget', soft), per, mode: 'soft' }]),
  ];
  return next.length === 0 ? null : next;
}

function usdOf(name: string, amount: number): string {
  const units = readDecimal(amount, PLACES);
  if (units === undefined) throw wrong(name, `an amount of USD with at most ${PLACES} decimals`);
  return decimalText(units, PLACES);
}

function isOwn(budget: JsonObject): boolean {
  const name = asString(budget['name'])?.split('.')[0];
  return name === HARD || name === SOFT;
}

function named(budgets: readonly JsonObject[], name: string): JsonObject | undefined {
  return budgets.find((each) => asString(each['name'])?.split('.')[0] === name);
}

/** How the duration was written, where that is not how it is told. */
function spelled(budget: JsonObject): string | undefined {
  return asString(budget['name'])?.split('.')[1];
}

function amountOf(budget: JsonObject | undefined): number | null {
  return budget?.['usd'] === undefined ? null : Number(budget['usd']);
}

function listOf(budgets: unknown): JsonObject[] {
  return asArray(budgets)
    .map(asObject)
    .filter((each) => each !== undefined);
}
