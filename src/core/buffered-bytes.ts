import type { ByteBudget } from './byte-budget.ts';
import type { Exchange } from './exchange.ts';
import { Refusal } from './refusal.ts';

/** Where the memory comes from. */
interface Holding {
  /** What all requests may hold together. */
  readonly budget: ByteBudget;
}

/** What is held of an answer, or of an event that is not whole, is counted from here on: less is not worth the counting. */
export const UNCOUNTED_BYTES = 64 * 1024;

/** Holds `bytes` more for an exchange, out of the budget of the process. Throws a Refusal if there is no room. */
export function holdBytes(exchange: Exchange, bytes: number, context: Holding): void {
  if (!hasRoomFor(bytes, exchange, context)) throw outOfMemory(context.budget.limit);
}

/** Holds `bytes` more of an answer; false if there is no room. */
export function hasRoomFor(bytes: number, exchange: Exchange, { budget }: Holding): boolean {
  if (!budget.take(bytes)) return false;
  exchange.bufferedBytes += bytes;
  return true;
}

/** Why an answer is not read any further: no backend's fault. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}

/** Gives back `bytes` of what an exchange holds, all of it unless told. */
export function letGoOfBytes(exchange: Exchange, { budget }: Holding, bytes = exchange.bufferedBytes): void {
  exchange.bufferedBytes -= bytes;
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
