import { newBudget, problemAt, type BudgetDraft, type LimitsDraft, type Problems } from '../lib/account-draft.ts';
import { numberText } from '../lib/format.ts';
import { ZONES } from '../lib/zone.ts';
import { words } from '../words/accounts.ts';
import { Button } from './button.tsx';
import { TextField } from './field.tsx';
import { ListField } from './list-field.tsx';
import { Select } from './select.tsx';

interface LimitsProps<Draft extends LimitsDraft> {
  readonly draft: Draft;
  readonly problems: Problems;
  readonly onChange: (draft: Draft) => void;
}

/** How much may be asked at a time. */
export function LimitFields<Draft extends LimitsDraft>({ draft, problems, onChange }: LimitsProps<Draft>) {
  const w = words.value;
  const fields = [
    ['rpm', w.rpm, 'rpm'],
    ['rps', w.rps, 'rps'],
    ['tpm', w.tpm, 'tpm'],
    ['maxConcurrency', w.maxConcurrency, 'max_concurrency'],
  ] as const;
  return (
    <div class="form-grid">
      {fields.map(([name, label, path]) => (
        <TextField
          key={name}
          label={label}
          value={draft[name]}
          placeholder={w.noLimit}
          isNumber
          problem={problemAt(problems, path)}
          onInput={(value) => onChange({ ...draft, [name]: value })}
        />
      ))}
    </div>
  );
}

interface BudgetsProps<Draft extends LimitsDraft> extends LimitsProps<Draft> {
  /** Aliases that the browser offers. */
  readonly aliases: readonly string[];
}

/** How much may be spent: any number of budgets. */
export function BudgetFields<Draft extends LimitsDraft>({ draft, problems, onChange, aliases }: BudgetsProps<Draft>) {
  const w = words.value;
  const setAt = (at: number, budget: BudgetDraft): void =>
    onChange({ ...draft, budgets: draft.budgets.map((each, index) => (index === at ? budget : each)) });
  const { budgets } = draft;
  const whole = problems.get('budgets');
  return (
    <div class="form">
      {whole !== undefined && <p class="problem">{whole}</p>}
      {budgets.map((budget, at) => (
        <fieldset key={at} class="budget-draft">
          <legend class="off-screen">{w.budgetAt(numberText(at + 1))}</legend>
          <OneBudget
            budget={budget}
            path={`budgets[${at}]`}
            problems={problems}
            aliases={aliases}
            onChange={(next) => setAt(at, next)}
          />
          <div class="row">
            <span class="problem">{problems.get(`budgets[${at}]`)}</span>
            <Button
              icon="trash"
              kind="quiet"
              onClick={() => onChange({ ...draft, budgets: budgets.filter((_, index) => index !== at) })}
            >
              {w.removeBudget(numberText(at + 1))}
            </Button>
          </div>
        </fieldset>
      ))}
      <div>
        <Button icon="plus" onClick={() => onChange({ ...draft, budgets: [...budgets, newBudget()] })}>
          {w.addBudget}
        </Button>
      </div>
    </div>
  );
}

interface OneBudgetProps {
  readonly budget: BudgetDraft;
  readonly path: string;
  readonly problems: Problems;
  readonly aliases: readonly string[];
  readonly onChange: (budget: BudgetDraft) => void;
}

function OneBudget({ budget, path, problems, aliases, onChange }: OneBudgetProps) {
  const w = words.value;
  const set = (fields: Partial<BudgetDraft>): void => onChange({ ...budget, ...fields });
  const at = (name: string): string | undefined => problemAt(problems, `${path}.${name}`);
  return (
    <>
      <div class="form-grid">
        <TextField
          label={w.amount}
          value={budget.amount}
          isNumber
          problem={at('usd') ?? at('tokens') ?? at('requests')}
          onInput={(amount) => set({ amount })}
        />
        <Select label={w.unit} value={budget.unit} options={optionsOf(w.units)} onChange={(unit) => set({ unit })} />
        <Select label={w.per} value={budget.per} options={optionsOf(w.windows)} onChange={(per) => set({ per })} />
        <Select label={w.mode} value={budget.mode} options={optionsOf(w.modes)} onChange={(mode) => set({ mode })} />
        <Select
          label={w.zone}
          value={budget.zone}
          options={[...new Set([budget.zone, ...ZONES])].map((each) => [each, each] as const)}
          onChange={(zone) => set({ zone })}
        />
        <TextField
          label={w.alertAt}
          value={budget.alertAt}
          problem={at('alert_at')}
          onInput={(alertAt) => set({ alertAt })}
        />
        <TextField
          label={w.budgetName}
          value={budget.name}
          hint={w.budgetNameHint}
          problem={at('name')}
          onInput={(name) => set({ name })}
        />
      </div>
      {budget.mode === 'hard' && (
        <ListField
          label={w.fallback}
          values={budget.fallback}
          suggestions={aliases}
          hint={w.fallbackHint}
          problem={at('on_exceeded')}
          onChange={(fallback) => set({ fallback })}
        />
      )}
    </>
  );
}

/** The words of choices as a list of them. */
function optionsOf<Name extends string>(texts: Readonly<Record<Name, string>>): readonly (readonly [Name, string])[] {
  return Object.entries(texts) as [Name, string][];
}
