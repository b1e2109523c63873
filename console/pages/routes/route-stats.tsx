import { compactText, numberText, shareText } from '../../lib/format.ts';
import { path } from '../../lib/router.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { Stat } from '../../parts/stat.tsx';
import type { Routes } from './answers.ts';
import { backendsOf, hasProblem, usesOf } from './shown-aliases.ts';
import { words } from './words.ts';

/** Is it well, at a glance; each number leads to what it counts. */
export function RouteStats({ routes: { data, window_s: windowS } }: { readonly routes: Routes }) {
  const w = words.value;
  const all = data.flatMap(({ routes }) => routes);
  const requests = all.reduce((sum, route) => sum + route.requests, 0);
  const failed = all.reduce((sum, route) => sum + route.failed, 0);
  const share = shareText(failed, requests);
  const backends = backendsOf(data);
  const resting = backends.filter((name) => usesOf(name, data).every(({ route }) => !IN_USE.has(route.state)));
  const minutes = numberText(windowS / 60);
  return (
    <div class="stats">
      <Stat
        label={w.aliases}
        value={numberText(data.length)}
        note={w.aliasesNote(numberText(all.length))}
        href={path.value}
      />
      <Stat
        label={w.withProblems}
        value={numberText(data.filter(hasProblem).length)}
        href={hrefWith(path.value, { state: 'problems' })}
      />
      <Stat
        label={w.backends}
        value={numberText(backends.length)}
        note={resting.length > 0 && w.backendsResting(numberText(resting.length))}
      />
      <Stat
        label={w.attemptsIn(minutes)}
        value={compactText(requests)}
        title={numberText(requests)}
        note={share && failed > 0 ? w.failedOf(share) : undefined}
        href={hrefWith('/console/requests', { from: `${Math.ceil(windowS / 60)}m` })}
      />
    </div>
  );
}

const IN_USE: ReadonlySet<string> = new Set(['up', 'half_open', 'full']);
