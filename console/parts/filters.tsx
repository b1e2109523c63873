import type { ComponentChildren } from 'preact';
import { batch, useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { setQuery, type UrlField } from '../lib/url-state.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { Select } from './select.tsx';

/** One filter of a list: a choice where `options` are known, else a text. */
export interface Filter {
  readonly field: UrlField;
  readonly label: string;
  /** Values with their texts; the empty value is added in front. */
  readonly options?: readonly (readonly [string, string])[];
  /** `/` goes here. One of a page. */
  readonly isSearch?: boolean;
  /** Values that are likely, for a text. */
  readonly suggestions?: readonly string[];
  /** What a text looks like: `KEY=VALUE`. */
  readonly example?: string;
  /** Hidden behind a button until it is asked for, or set. */
  readonly isRare?: boolean;
}

/** Filters of a list, which the address holds: a link to it shows the same. A text counts once it is entered. */
export function Filters({ filters, resets = [], children }: FiltersProps) {
  const { clearFilters, moreFilters, fewerFilters } = words.value;
  const isOpen = useSignal(false);
  const isAny = filters.some(({ field }) => field.value !== '');
  const hasRare = filters.some(({ isRare }) => isRare);
  const shown = filters.filter(({ field, isRare }) => isRare !== true || isOpen.value || field.value !== '');
  const without = (names: readonly string[]): void =>
    setQuery(Object.fromEntries(names.map((name) => [name, undefined])));
  const set = (field: UrlField, value: string): void =>
    batch(() => {
      field.value = value;
      if (resets.length > 0) without(resets);
    });
  const clear = (): void => without([...filters.map(({ field }) => field.name), ...resets]);
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {children}
      {shown.map((filter) => (
        <FilterInput key={filter.field.name} filter={filter} onSet={(value) => set(filter.field, value)} />
      ))}
      {hasRare && (
        <Button kind="quiet" icon="filter" aria-expanded={isOpen.value} onClick={() => (isOpen.value = !isOpen.value)}>
          {isOpen.value ? fewerFilters : moreFilters}
        </Button>
      )}
      {isAny && (
        <Button kind="quiet" icon="close" onClick={clear}>
          {clearFilters}
        </Button>
      )}
    </form>
  );
}

interface FiltersProps {
  readonly filters: readonly Filter[];
  /** Fields of the address that a change of filters empties: the cursor of a page, say. */
  readonly resets?: readonly string[];
  /** What stands before them, such as a range of time. */
  readonly children?: ComponentChildren;
}

interface FilterInputProps {
  readonly filter: Filter;
  readonly onSet: (value: string) => void;
}

function FilterInput({ filter, onSet }: FilterInputProps) {
  const { field, label, options, isSearch = false, suggestions = [], example } = filter;
  const id = useId();
  if (options !== undefined) {
    const withAll: readonly (readonly [string, string])[] = [['', words.value.all], ...options];
    return <Select label={label} value={field.value} options={withAll} onChange={onSet} />;
  }
  return (
    <label class="text-field">
      <span class="field-label">{label}</span>
      <span class="text-box">
        {isSearch && <Icon name="search" />}
        <input
          type="search"
          value={field.value}
          autocomplete="off"
          spellcheck={false}
          data-search={isSearch || undefined}
          placeholder={example}
          list={suggestions.length === 0 ? undefined : id}
          onChange={(event) => onSet(event.currentTarget.value.trim())}
        />
        {isSearch && <kbd aria-hidden="true">/</kbd>}
      </span>
      {suggestions.length > 0 && (
        <datalist id={id}>
          {suggestions.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </label>
  );
}
