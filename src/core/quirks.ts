import type { Quirks } from './route.ts';

/** A backend's quirks for one of its models. */
export function quirksFor(quirks: Quirks, model: string): Quirks {
  const found = quirks.models?.find(([name]) => name.test(model))?.[1];
  return found === undefined ? quirks : joinQuirks(quirks, found);
}

/** Whether a backend takes a field (see `Quirks.fields`); `usually`: what holds where nothing is said of it. */
export function takesField({ fields }: Quirks, field: string, usually = true): boolean {
  return fields?.[field] ?? usually;
}

/** `quirks` with `more`, which counts where both say something; fields are joined one by one. */
export function joinQuirks(quirks: Quirks, more: Quirks): Quirks {
  if (Object.keys(more).length === 0) return quirks;
  const fields = { ...quirks.fields, ...more.fields };
  return { ...quirks, ...more, ...(Object.keys(fields).length === 0 ? {} : { fields }) };
}
