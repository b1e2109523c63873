import { useSignal } from '@preact/signals';
import { numberText } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/notice.tsx';
import { AliasCard } from './alias-card.tsx';
import type { Alias, Routes } from './answers.ts';
import { shownAliases } from './shown-aliases.ts';
import { useSteadyOrder } from './steady-order.ts';
import type { Steer } from './steer.ts';
import { words } from './words.ts';

/** Up to so many are all unfolded at first; of more, those with problems. */
const FEW = 12;
const PAGE = 50;

/** The aliases that the filters leave. Which of them are unfolded stays while they are reloaded. */
export function AliasList({
  routes: { data, window_s: windowS },
  steer,
}: {
  readonly routes: Routes;
  readonly steer: Steer;
}) {
  const w = words.value;
  const chosen = useSignal<ReadonlyMap<string, boolean>>(new Map());
  const most = useSignal(PAGE);
  const { aliases: all, hadProblem, hold } = useSteadyOrder(shownAliases(data));
  const shown = all.slice(0, most.value);
  const byName = new Map(data.map((alias) => [alias.alias, alias]));
  const isOpen = (alias: Alias): boolean => chosen.value.get(alias.alias) ?? (all.length <= FEW || hadProblem(alias));
  const set = (aliases: readonly Alias[], next: boolean): void => {
    chosen.value = new Map([...chosen.value, ...aliases.map(({ alias }) => [alias, next] as const)]);
  };
  if (data.length === 0)
    return (
      <Empty title={w.noAliases}>
        <p>{w.noAliasesMore}</p>
      </Empty>
    );
  if (all.length === 0)
    return (
      <Empty title={w.nothingFound}>
        <p>{w.nothingFoundMore}</p>
      </Empty>
    );
  const isAllOpen = shown.every(isOpen);
  return (
    <div class="alias-box" {...hold}>
      <div class="alias-tools">
        <Button kind="quiet" icon={isAllOpen ? 'up' : 'down'} onClick={() => set(shown, !isAllOpen)}>
          {isAllOpen ? w.foldAll : w.unfoldAll}
        </Button>
      </div>
      <ul class="aliases" aria-label={w.aliases}>
        {shown.map((alias) => (
          <AliasCard
            key={alias.alias}
            alias={alias}
            byName={byName}
            windowS={windowS}
            isOpen={isOpen(alias)}
            onToggle={() => set([alias], !isOpen(alias))}
            steer={steer}
          />
        ))}
      </ul>
      {all.length > shown.length && (
        <Button onClick={() => (most.value += PAGE)}>
          {w.showMore(numberText(Math.min(PAGE, all.length - shown.length)))}
        </Button>
      )}
    </div>
  );
}
