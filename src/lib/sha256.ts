/** The SHA-256 of a text in UTF-8, as 64 lower-case hexadecimal digits. */
export function sha256(text: string): string {
  return Bun.SHA256.hash(text, 'hex');
}
