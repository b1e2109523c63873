import { batch } from '@preact/signals';
import { go, path, query } from './router.ts';

/** One field of the query as a value that can be read and set; whoever reads it while rendering follows it. */
export interface UrlField<Value extends string = string> {
  readonly name: string;
  value: Value;
}

/** A field of text; the address does not have it while it is `fallback`. */
export function urlField(name: string, fallback = ''): UrlField {
  return {
    name,
    get value() {
      return query.value.get(name) ?? fallback;
    },
    set value(next) {
      setQuery({ [name]: next === fallback ? undefined : next });
    },
  };
}

/** A field that is one of a few; anything else in the address counts as `fallback`, which may depend on the session. */
export function urlChoice<Value extends string>(
  name: string,
  choices: readonly Value[],
  fallback: NoInfer<Value> | (() => NoInfer<Value>),
): UrlField<Value> {
  const absent = (): Value => (typeof fallback === 'function' ? fallback() : fallback);
  return {
    name,
    get value() {
      const given = query.value.get(name);
      return choices.find((each) => each === given) ?? absent();
    },
    set value(next) {
      setQuery({ [name]: next === absent() ? undefined : next });
    },
  };
}

/** Sets fields of the query in one step; undefined or empty removes one. A change of filters replaces the address: back leads to the page before. */
export function setQuery(fields: Readonly<Record<string, string | undefined>>): void {
  batch(() => go(hrefWith(path.value, { ...Object.fromEntries(query.value), ...fields }), { replace: true }));
}

/** An address with these fields as its query, to link to. */
export function hrefWith(to: string, fields: Readonly<Record<string, string | undefined>>): string {
  const kept = Object.entries(fields).filter(
    (each): each is [string, string] => each[1] !== undefined && each[1] !== '',
  );
  const text = new URLSearchParams(kept).toString();
  return text === '' ? to : `${to}?${text}`;
}
