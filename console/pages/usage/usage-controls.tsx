import { setQuery } from '../../lib/url-state.ts';
import { numberText } from '../../lib/format.ts';
import { TextField } from '../../parts/field.tsx';
import { Filters, type Filter } from '../../parts/filters.tsx';
import { Select } from '../../parts/select.tsx';
import {
  chooseWindow,
  FILTERS,
  filterFields,
  groups,
  MEASURES,
  STEPS,
  TEXTS,
  TOPS,
  DIMENSIONS,
  WINDOWS,
  state,
} from './usage-state.ts';
import type { UsageRow } from './usage-rows.ts';
import { words } from './words.ts';

interface UsageControlsProps {
  /** Of the caller alone, whose name is no filter. */
  readonly isOwn: boolean;
  readonly rows: readonly UsageRow[];
}

/** What is shown, by what, of whom. */
export function UsageControls({ isOwn, rows }: UsageControlsProps) {
  const w = words.value;
  const { by, by2, measure, step, top } = state;
  // Of one caller, only what it asked for differs.
  const own = DIMENSIONS.filter((each) => !isOwn || !['caller', 'team', 'owner'].includes(each));
  const all = [...own, 'class' as const, ...TEXTS];
  const stands = by.value === 'class' || TEXTS.some((each) => each === by.value);
  const seconds = ['' as const, ...own.filter((each) => each !== by.value)];
  const isTag = by.value === 'tag' || by2.value === 'tag';
  return (
    <Filters filters={filtersOf(isOwn, rows)}>
      <Select
        label={w.measure}
        value={measure.value}
        options={MEASURES.map((each) => [each, w.measures[each]] as const)}
        onChange={(next) => setQuery({ measure: next === 'cost' ? undefined : next, sort: `-${next}` })}
      />
      <Select
        label={w.by}
        value={by.value}
        options={all.map((each) => [each, w.dimensions[each]] as const)}
        onChange={(next) => {
          const isTokens = next === 'class' && ['cost', 'requests', 'failed'].includes(measure.value);
          setQuery({ by: next, ...(isTokens && { measure: 'tokens' }) });
        }}
      />
      {!stands && (
        <Select
          label={w.by2}
          value={by2.value}
          options={seconds.map((each) => [each, each === '' ? w.noSecond : w.dimensions[each]] as const)}
          onChange={(next) => (by2.value = next)}
        />
      )}
      {isTag && <TagKey />}
      <Select
        label={w.step}
        value={step.value}
        options={STEPS.map((each) => [each, w.steps[each]] as const)}
        onChange={(next) => (step.value = next)}
      />
      {by.value !== 'class' && (
        <Select
          label={w.top}
          value={top.value}
          options={TOPS.map((each) => [each, w.topOf(numberText(Number(each)))] as const)}
          onChange={(next) => (top.value = next)}
        />
      )}
    </Filters>
  );
}

/** What all of it is of; hidden until it is asked for. What is shown is likely to be looked for. */
function filtersOf(isOwn: boolean, rows: readonly UsageRow[]): readonly Filter[] {
  const names = FILTERS.filter((each) => !isOwn || !['caller', 'team', 'owner'].includes(each));
  return names.map((name) => {
    const at = groups().indexOf(name);
    const known =
      at === -1 || name === 'tag' ? [] : rows.map((row) => row.names[at] ?? '').filter((each) => each !== '');
    return {
      field: filterFields[name],
      label: words.value.dimensions[name],
      isRare: true,
      suggestions: [...new Set(known)].toSorted(),
      ...(name === 'tag' && { example: 'KEY=VALUE' }),
    };
  });
}

function TagKey() {
  const { tagKey } = state;
  return (
    <label class="text-field">
      <span class="field-label">{words.value.tagKey}</span>
      <input
        class="input"
        value={tagKey.value}
        autocomplete="off"
        onChange={(event) => (tagKey.value = event.currentTarget.value.trim())}
      />
    </label>
  );
}

/** The time, in the head of the page. */
export function UsageWindow() {
  const w = words.value;
  const { window, from, to } = state;
  return (
    <>
      {window.value === 'custom' && (
        <div class="usage-dates">
          <TextField label={w.from} type="date" value={from.value} onInput={(next) => (from.value = next)} />
          <TextField label={w.to} type="date" value={to.value} onInput={(next) => (to.value = next)} />
        </div>
      )}
      <Select
        label={w.window}
        hideLabel
        value={window.value}
        options={WINDOWS.map((each) => [each, w.windows[each]] as const)}
        onChange={(next) => chooseWindow(next, Date.now())}
      />
    </>
  );
}
