import type { RouteNote } from './request-detail.ts';
import type { Alias, Route } from './route.ts';

/** More routes than these are not told of. */
const MOST = 50;

/** What is noted of how the routes of a request were chosen, in the order in which they were considered. */
export class RouteNotes {
  readonly notes: RouteNote[] = [];

  /** These could be tried, in this order. Those of an alias that were noted already are not noted twice. */
  addOpen(routes: readonly Route[]): void {
    for (const route of routes) this.add(noteOf(route));
  }

  /** Those of the alias that the config has switched off, where anything is noted at all. */
  addDisabled({ name, disabled = [] }: Alias): void {
    for (const { backend, model } of disabled) this.add({ alias: name, backend, model, skipped: 'disabled' });
  }

  /** A route was left out; told once, the first time. */
  add(note: RouteNote): void {
    if (this.notes.length >= MOST || this.notes.some((each) => isSame(each, note))) return;
    this.notes.push(note);
  }
}

/** What names a route. */
export function noteOf({ alias, backend, model }: Route): RouteNote {
  return { alias: alias.name, backend: backend.name, model };
}

function isSame(one: RouteNote, other: RouteNote): boolean {
  return (
    one.backend === other.backend &&
    one.model === other.model &&
    one.alias === other.alias &&
    (one.skipped === undefined) === (other.skipped === undefined)
  );
}
