import { memberRemovals } from './json-removal.ts';
import { applyEdits } from './json-span.ts';

/** The text of a JSON object without the members `name`; all other bytes stay. */
export function withoutMember(text: string, name: string): string {
  return applyEdits(text, memberRemovals(text, [name]));
}

/** The text of a JSON object with these members in front; all other bytes stay. */
export function withMembers(text: string, members: Readonly<Record<string, unknown>>): string {
  const own = JSON.stringify(members).slice(1, -1);
  const open = text.indexOf('{') + 1;
  const rest = text.slice(open);
  if (own === '') return text;
  return `${text.slice(0, open)}${own}${/^\s*\}/.test(rest) ? '' : ','}${rest}`;
}
