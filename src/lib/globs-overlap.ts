/** Whether some text matches both patterns, in which `*` stands for any run of characters. */
export function globsOverlap(one: string, other: string): boolean {
  const width = other.length + 1;
  // What is left of both, by the place in each, the last first: whether some text matches both.
  const meets = new Uint8Array((one.length + 1) * width);
  for (let a = one.length; a >= 0; a--) {
    for (let b = other.length; b >= 0; b--) {
      const [left, right] = [one[a], other[b]];
      const next = (da: number, db: number) => meets[(a + da) * width + b + db] === 1;
      let isMet: boolean;
      if (left === undefined && right === undefined) isMet = true;
      else if (left === '*') isMet = next(1, 0) || (right !== undefined && next(0, 1));
      else if (right === '*') isMet = next(0, 1) || (left !== undefined && next(1, 0));
      else isMet = left !== undefined && left === right && next(1, 1);
      meets[a * width + b] = isMet ? 1 : 0;
    }
  }
  return meets[0] === 1;
}
