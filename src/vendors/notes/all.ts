import type { VendorNotes } from '../notes.ts';

/** What is noted of every vendor. */
export const NOTES: readonly VendorNotes[] = [];
