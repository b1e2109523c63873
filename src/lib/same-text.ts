/** Whether a text is the expected one. Takes the same time for every text: all of `expected` is compared, whatever differs. */
export function isSameText(text: string, expected: string): boolean {
  let difference = text.length ^ expected.length;
  // Beyond the end of a shorter text there is NaN, which counts as 0 here.
  for (let i = 0; i < expected.length; i++) difference |= text.charCodeAt(i) ^ expected.charCodeAt(i);
  return difference === 0;
}
