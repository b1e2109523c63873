import type { LedgerTry } from '../core/ledger-row.ts';
import type { RouteNote } from '../core/request-detail.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import { DEMO_UPSTREAM_DIALECT, type DemoAlias, type DemoModel } from '../vendors/demo-world.ts';
import type { Person } from './people.ts';
import type { SeededRandom } from './random.ts';

/** What made-up requests are made with. */
export interface Making {
  readonly random: SeededRandom;
  /** What things cost, by the gateway's own rules. */
  readonly prices: PriceBook;
  /** The routes that cool down, until when and why, by backend and model. */
  readonly cooling: Map<string, { readonly until: number; readonly cause: string }>;
}

/** One request to be made up. */
export interface Asked {
  readonly person: Person;
  readonly alias: DemoAlias;
  readonly at: number;
  /** How many minutes before the start of the gateway. */
  readonly minutes: number;
  readonly isStream: boolean;
}

/** What became of a request at the backends. */
export interface Course {
  readonly tries: readonly LedgerTry[];
  readonly notes: readonly RouteNote[];
  /** Of the last that was tried. */
  readonly route: DemoModel;
  readonly status: number;
  readonly errorCode: string | undefined;
  readonly finishReason: string | undefined;
  readonly isInterrupted: boolean;
  readonly ttftMs: number | undefined;
  readonly durationMs: number;
}

/** An attempt that is to be made up. */
export interface Place {
  readonly index: number;
  readonly route: DemoModel;
  readonly asked: Asked;
  /** When it is sent, from the start of the request. */
  readonly sentMs: number;
  readonly isTrial: true | undefined;
}

/** What a try says of its route. */
export function triedRoute({ backend, model }: DemoModel) {
  return { backend, model, dialect: DEMO_UPSTREAM_DIALECT };
}

/** Times are known to a tenth of a millisecond. */
export function tenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}
