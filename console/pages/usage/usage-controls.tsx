import { setQuery } from '../../lib/url-state.ts';
import { numberText } from '../../lib/format.ts';
import { TextField } from '../../parts/field.tsx';
import { Filters } from '../../parts/filters.tsx';
import { Select } from '../../parts/select.tsx';
import {
  chooseWindow,
  FILTERS,
  filterFields,
  filterQuery,
  MEASURES,
  STEPS,
  TEXTS,
  TOPS,
  DIMENSIONS,
  WINDOWS,
  state,
} from './usage-state.ts';
import { words } from './words.ts';

/** What is shown, by what, of which time. */
export function UsageControls({ isOwn }: { readonly isOwn: boolean }) {
  const w = words.value;
  const { by, by2, measure, step, top } = state;
  // Of one caller, only what it asked for differs.
  const own = DIMENSIONS.filter((each) => !isOwn || !['caller', 'team', 'owner'].includes(each));
  const all = [...own, 'class' as const, ...TEXTS];
  const stands = by.value === 'class' || TEXTS.some((each) => each === by.value);
  const seconds = ['' as const, ...own.filter((each) => each !== by.value)];
  const isTag = by.value === 'tag' || by2.value === 'tag';
  return (
    <>
      <div class="filters">
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
      </div>
      <UsageFilters isOwn={isOwn} />
    </>
  );
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

function UsageFilters({ isOwn }: { readonly isOwn: boolean }) {
  const w = words.value;
  const count = Object.keys(filterQuery()).length;
  const names = FILTERS.filter((each) => !isOwn || !['caller', 'team', 'owner'].includes(each));
  return (
    <details class="usage-filters" open={count > 0}>
      <summary>{count === 0 ? w.filters : w.filtersSet(numberText(count))}</summary>
      <Filters
        filters={names.map((name, at) => ({
          field: filterFields[name],
          label: w.dimensions[name],
          isSearch: at === 0 && count > 0,
        }))}
      />
    </details>
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
