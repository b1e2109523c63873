import { useRef } from 'preact/hooks';
import { hasProblem } from './shown-aliases.ts';
import type { Alias } from './answers.ts';

/** What keeps a list of aliases from jumping while somebody is about to click in it. */
export interface SteadyOrder {
  readonly aliases: readonly Alias[];
  /** Whether an alias has had a problem since the page was opened. */
  hadProblem(alias: Alias): boolean;
  /** For the list's element: while the pointer or the focus is there, nothing moves. */
  readonly hold: {
    readonly onPointerEnter: () => void;
    readonly onPointerLeave: () => void;
    readonly onFocusIn: () => void;
    readonly onFocusOut: () => void;
  };
}

/** The aliases in the order given, or, while the list is held, in the order that they had before; new ones come last. */
export function useSteadyOrder(aliases: readonly Alias[]): SteadyOrder {
  const state = useRef({
    isPointed: false,
    isFocused: false,
    places: new Map<string, number>(),
    had: new Set<string>(),
  });
  const { current } = state;
  const placeOf = ({ alias }: Alias): number => current.places.get(alias) ?? current.places.size;
  const isHeld = current.isPointed || current.isFocused;
  const ordered = isHeld ? aliases.toSorted((one, other) => placeOf(one) - placeOf(other)) : aliases;
  current.places = new Map(ordered.map(({ alias }, at) => [alias, at]));
  for (const alias of aliases) if (hasProblem(alias)) current.had.add(alias.alias);
  return {
    aliases: ordered,
    hadProblem: ({ alias }) => current.had.has(alias),
    hold: {
      onPointerEnter: () => (current.isPointed = true),
      onPointerLeave: () => (current.isPointed = false),
      onFocusIn: () => (current.isFocused = true),
      onFocusOut: () => (current.isFocused = false),
    },
  };
}
