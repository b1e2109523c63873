import { formatUsd } from '../../lib/usd.ts';
import { TOP_DIMENSIONS, type NameSums, type TopDimension } from '../../records/recent/top-names.ts';
import type { AdminContext } from '../admin-context.ts';
import { isInMemory, ledgerOf } from '../store-of.ts';
import type { Overview, OverviewTop } from './overview-schema.ts';

const MOST = 10;
/** For so long names are told apart in memory by minutes. */
const MINUTES_MS = 75 * 60_000;
const DAY_MS = 86_400_000;

type Tops = Overview['top'];
type Named = readonly (readonly [string | null, NameSums])[];

/** Who asks the most, for what, and of whom. */
export async function topsOf(
  { from, to }: { readonly from: number; readonly to: number },
  context: AdminContext,
): Promise<Tops> {
  const isShort = to - from <= MINUTES_MS;
  const isOfLedger = !isShort && !isInMemory(context);
  const found = await Promise.all(
    TOP_DIMENSIONS.map(async (dimension) => {
      const sums = isOfLedger
        ? await ofLedger(dimension, { from, to }, context)
        : ofMemory(dimension, Math.max(from, to - DAY_MS), context);
      return topOf(sums);
    }),
  );
  const [callers = NONE, aliases = NONE, models = NONE, backends = NONE] = found;
  return { callers, aliases, models, backends };
}

const NONE: Tops['callers'] = { by_cost: [], by_requests: [] };

function ofMemory(dimension: TopDimension, from: number, { recent }: AdminContext): Named {
  return Array.from(recent.names.since(from, dimension)).flatMap(([name, sums]) =>
    typeof name === 'symbol' ? [] : [[name ?? null, sums] as const],
  );
}

async function ofLedger(
  dimension: TopDimension,
  { from, to }: { readonly from: number; readonly to: number },
  context: AdminContext,
): Promise<Named> {
  const { groups } = await (await ledgerOf(context)).usage({ from, to, groupBy: [dimension] });
  return groups.map(({ dimensions, sums }) => [
    dimensions[dimension] ?? null,
    { requests: Number(sums.requests), failed: Number(sums.failed), nanoUsd: Number(sums.nanoUsd) },
  ]);
}

function topOf(named: Named): Tops['callers'] {
  const by = (measure: 'nanoUsd' | 'requests'): OverviewTop[] =>
    named
      .toSorted(([, one], [, other]) => other[measure] - one[measure] || other.requests - one.requests)
      .slice(0, MOST)
      .map(([name, sums]) => ({
        name,
        requests: sums.requests,
        failed: sums.failed,
        cost_usd: formatUsd(sums.nanoUsd),
      }));
  return { by_cost: by('nanoUsd'), by_requests: by('requests') };
}
