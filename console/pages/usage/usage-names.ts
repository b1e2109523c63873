import { WITHOUT } from '../../lib/accounts.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { query } from '../../lib/router.ts';
import { may } from '../../lib/session.ts';
import { filterQuery, FILTERS, state, type Dimension } from './usage-state.ts';
import { words } from './words.ts';

/** What a group is called; several values with a dot between. */
export function nameText(names: readonly (string | null)[]): string {
  return names.length === 0 ? words.value.total : names.map((each) => each ?? words.value.none).join(' · ');
}

/** The fields by which the requests of a group are found; undefined: nothing finds them. */
function fieldsOf(dimensions: readonly Dimension[], names: readonly (string | null)[]) {
  const fields: Record<string, string> = {};
  for (const [at, dimension] of dimensions.entries()) {
    const name = names[at] ?? null;
    if (dimension === 'tag' && name !== null) fields['tag'] = `${state.tagKey.value}=${name}`;
    else if (dimension === 'session' || dimension === 'end_user') {
      if (name === null) return undefined;
      fields[dimension] = name;
    } else if (FILTERS.some((each) => each === dimension) && dimension !== 'tag') fields[dimension] = name ?? WITHOUT;
    else return undefined;
  }
  return fields;
}

interface Times {
  readonly from: string;
  readonly to: string;
}

/** The list of the requests that a group is made of; `more`: only some of them. */
export function requestsHref(
  dimensions: readonly Dimension[],
  names: readonly (string | null)[],
  { from, to, ...more }: Times & Readonly<Record<string, string>>,
): string | undefined {
  const fields = fieldsOf(dimensions, names);
  // The list is not for who has only a key.
  if (fields === undefined || !may('team_admin')) return undefined;
  return hrefWith('/console/requests', { ...filterQuery(), ...fields, from, to, ...more });
}

/** The same page for this group alone, by what comes next. */
export function drillHref(dimensions: readonly Dimension[], names: readonly (string | null)[]): string | undefined {
  const fields = fieldsOf(dimensions, names);
  const isText = dimensions.some((each) => !FILTERS.some((name) => name === each));
  if (fields === undefined || isText) return undefined;
  const next = (['caller', 'model', 'backend'] as const).find((each) => fields[each] === undefined) ?? 'class';
  return hrefWith('/console/usage', { ...Object.fromEntries(query.value), ...fields, by: next, by2: undefined });
}
