import type { ByteBudget } from './byte-budget.ts';
import { Refusal } from './refusal.ts';

/** What holds memory that all requests share: a request by its body, an attempt by what it makes of it and by its answer. */
export interface Holder {
  /** How much of it. */
  bufferedBytes: number;
}

/** Where the memory comes from. */
interface Holding {
  /** What all requests may hold together. */
  readonly budget: ByteBudget;
}

/** What is held of an answer, or of an event that is not whole, is counted from here on: less is not worth the counting. */
export const UNCOUNTED_BYTES = 64 * 1024;

/** Holds `bytes` more out of the budget of the process. Throws a Refusal if there is no room. */
export function holdBytes(holder: Holder, bytes: number, context: Holding): void {
  if (!hasRoomFor(bytes, holder, context)) throw outOfMemory(context.budget.limit);
}

/** Holds `bytes` more of an answer; false if there is no room. */
export function hasRoomFor(bytes: number, holder: Holder, { budget }: Holding): boolean {
  if (!budget.take(bytes)) return false;
  holder.bufferedBytes += bytes;
  return true;
}

/** Why an answer is not read any further: no backend's fault. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}

/** Gives back `bytes` of what is held, all of it unless told. */
export function releaseBytes(holder: Holder, { budget }: Holding, bytes = holder.bufferedBytes): void {
  holder.bufferedBytes -= bytes;
  budget.giveBack(bytes);
}

function outOfMemory(limit: number): Refusal {
  return new Refusal(
    'overloaded_memory',
    `The requests under way hold as much memory as they may together (server.max_buffered_mb: ${limit / MIB} MiB), and there is no room for this one. Try again in a moment, or send less.`,
    // What is not read of the body would be taken for the next request.
    {
      headers: { 'retry-after': '1', connection: 'close' },
      detail: `server.max_buffered_mb ${limit / MIB}`,
    },
  );
}

const MIB = 1024 * 1024;
