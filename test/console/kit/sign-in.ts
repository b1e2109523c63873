import type { View } from './browser.ts';

/** The key of whoever runs a gateway of these tests. */
export const ADMIN = 'the-admin-key-0123456789';

/** Enters a key where one is asked for, on a page of its own or above another. */
export async function enterKey({ page }: View, key = ADMIN): Promise<void> {
  const form = page.locator('form', { has: page.locator('input[name=key]') });
  await form.locator('input[name=key]').fill(key);
  await form.locator('button[type=submit]').click();
}

/** Goes to a page as whoever has the key, and waits until what it asks for is there. */
export async function goAs(view: View, path: string, key = ADMIN): Promise<void> {
  await view.go(path);
  await enterKey(view, key);
  await view.page.locator('#main h1').waitFor();
  await view.page.locator('.skeleton').first().waitFor({ state: 'detached' });
}
