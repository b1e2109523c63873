import type { Store } from './store.ts';

/** Where the database is. */
export type StorePlace =
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string };

/** Opens the database and brings its schema up to date; rejects with `StoreUnavailable`. Loads code of databases only now. */
export async function openStore(place: StorePlace): Promise<Store> {
  const { connectStore } = await import('./connect-store.ts');
  return await connectStore(place);
}

/** Opens a database for reading: its schema is left as it is, and one of another version is refused. */
export async function openStoreToRead(place: StorePlace): Promise<Store> {
  const { connectToRead } = await import('./connect-store.ts');
  return await connectToRead(place);
}
