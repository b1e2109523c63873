/** What a character torn by a cut is decoded as. */
const TORN = /\uFFFD$/;

/** How much of a text is shown, of how much of it that is looked at. */
export interface Beginning {
  readonly mostBytes: number;
  /** Looked at beyond that, so that a key that lies across the limit is known for one. No key is longer. */
  readonly marginBytes: number;
  /** The bytes are all there is. */
  readonly isWhole: boolean;
}

/** The beginning of a text that is masked before it is cut: half a key is no longer known for one. What may be half a key at the end is left out. */
export function maskedBeginning(
  maskedText: string,
  { mostBytes, marginBytes, isWhole }: Beginning,
): { readonly text: string; readonly isCut: boolean } {
  const masked = Buffer.from(maskedText);
  const end = Math.max(0, Math.min(mostBytes, isWhole ? masked.byteLength : masked.byteLength - marginBytes));
  const isCut = !isWhole || end < masked.byteLength;
  const text = masked.subarray(0, end).toString('utf8');
  return { text: isCut ? text.replace(TORN, '') : text, isCut };
}
