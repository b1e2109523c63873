import { expect } from 'bun:test';
import { eventually } from '../../kit/settled.ts';

/** Waits until what is read of a page is what is expected: pages show answers when they come. Fails with the difference if it never is. */
export async function becomes(
  read: () => Promise<string | number | boolean | null>,
  expected: string | number | boolean | null,
): Promise<void> {
  await eventually(async () => {
    expect(await read()).toEqual(expected);
    return true;
  });
}
