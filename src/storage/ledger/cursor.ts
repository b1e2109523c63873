import { BadCursor } from '../ledger-query.ts';

/** A cursor is where a page ended: the day and the id of its last row. */
export function cursorAt(day: number, id: string): string {
  return Buffer.from(`${day}.${id}`).toString('base64url');
}

/** Where a cursor says that a page ended; throws a BadCursor. */
export function placeOf(cursor: string): { readonly day: number; readonly id: string } {
  const [, day, id] = /^(\d{1,9})\.([^\0]+)$/su.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (day === undefined || id === undefined) throw new BadCursor('the cursor is not one of this search');
  return { day: Number(day), id };
}
