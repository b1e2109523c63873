import type { Quirks } from './route.ts';

/** A backend's quirks for one of its models. Every request asks for them, so each is remembered. */
export function quirksFor(quirks: Quirks, model: string): Quirks {
  if (quirks.models === undefined) return quirks;
  const known = remembered.get(quirks) ?? new Map<string, Quirks>();
  const found = known.get(model);
  if (found !== undefined) return found;
  // With a wildcard alias, clients choose the names.
  if (known.size >= MOST_REMEMBERED) known.clear();
  const own = quirks.models.find(([name]) => name.test(model))?.[1];
  const joined = own === undefined ? quirks : joinQuirks(quirks, own);
  remembered.set(quirks, known.set(model, joined));
  return joined;
}

const remembered = new WeakMap<Quirks, Map<string, Quirks>>();
const MOST_REMEMBERED = 256;

/** Whether a backend takes a field (see `Quirks.fields`). `usually` is the default. */
export function takesField({ fields }: Quirks, field: string, usually = true): boolean {
  return fields?.[field] ?? usually;
}

/** `quirks` overridden by `more`. Fields are merged one by one. */
export function joinQuirks(quirks: Quirks, more: Quirks): Quirks {
  if (Object.keys(more).length === 0) return quirks;
  const fields = { ...quirks.fields, ...more.fields };
  return { ...quirks, ...more, ...(Object.keys(fields).length === 0 ? {} : { fields }) };
}
