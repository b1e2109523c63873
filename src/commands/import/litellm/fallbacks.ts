import type { Notes } from './notes.ts';
import { listOf, sectionOf, textOf, type Section } from './read-source.ts';

/** Reads all kinds of fallbacks as `alias_fallback`. Names that are no alias are left out, and told. */
export function fallbacksOf(
  settings: Section,
  where: (name: string) => string,
  aliases: readonly string[],
  notes: Notes,
): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  const add = (name: string, targets: readonly string[]): void => {
    const list = (found[name] ??= []);
    for (const target of targets) if (target !== name && !list.includes(target)) list.push(target);
  };
  const take = (kind: string, text: string): void => {
    for (const [name, value] of listOf(settings[kind]).flatMap((entry) => Object.entries(sectionOf(entry)))) {
      const targets = known(value, `${where(kind)} ${name}`, aliases, notes);
      if (name !== '*' && !aliases.includes(name)) {
        notes.not(`${where(kind)} ${name}`, 'is no alias that was taken: nothing goes on from it');
        continue;
      }
      if (targets.length === 0) continue;
      for (const alias of name === '*' ? aliases : [name]) add(alias, targets);
      notes.nearly(`${where(kind)} ${name}`, text);
    }
  };
  take('fallbacks', '`fallback.alias_fallback`: not after an error of the request itself (400)');
  take(
    'context_window_fallbacks',
    '`fallback.alias_fallback`: taken for every failure, not only for a prompt that is too long, and after other models of the alias',
  );
  const everywhere = known(settings['default_fallbacks'], where('default_fallbacks'), aliases, notes);
  if (everywhere.length > 0) {
    for (const alias of aliases) add(alias, everywhere);
    notes.nearly(
      where('default_fallbacks'),
      '`fallback.alias_fallback` of each alias: one that you add later needs its own',
    );
  }
  return Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0));
}

/** The aliases of a list; an entry may be a map with the name and what else to send. */
function known(value: unknown, from: string, aliases: readonly string[], notes: Notes): string[] {
  return listOf(value).flatMap((entry) => {
    const name = textOf(entry) ?? textOf(sectionOf(entry)['model']);
    if (name === undefined) return [];
    const isKnown = aliases.some(
      (alias) => alias === name || (alias.endsWith('*') && name.startsWith(alias.slice(0, -1))),
    );
    if (isKnown) return [name];
    notes.not(`${from} → ${name}`, 'is no alias that was taken: make one of this name');
    return [];
  });
}
