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
}

/** Filters of a list, which the address holds: a link to it shows the same. A text counts once it is entered. */
export function Filters({ filters }: { readonly filters: readonly Filter[] }) {
  const { clearFilters } = words.value;
  const isAny = filters.some(({ field }) => field.value !== '');
  const clear = (): void => setQuery(Object.fromEntries(filters.map(({ field }) => [field.name, undefined])));
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {filters.map((filter) => (
        <FilterInput key={filter.field.name} {...filter} />
      ))}
      {isAny && (
        <Button kind="quiet" icon="close" onClick={clear}>
          {clearFilters}
        </Button>
      )}
    </form>
  );
}

function FilterInput({ field, label, options, isSearch = false }: Filter) {
  if (options !== undefined) {
    const withAll: readonly (readonly [string, string])[] = [['', words.value.all], ...options];
    return <Select label={label} value={field.value} options={withAll} onChange={(value) => (field.value = value)} />;
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
          onChange={(event) => (field.value = event.currentTarget.value.trim())}
        />
        {isSearch && <kbd aria-hidden="true">/</kbd>}
      </span>
    </label>
  );
}
