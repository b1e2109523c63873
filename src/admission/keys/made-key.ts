import { getRandomValues } from 'node:crypto';

/**
 * A key that the gateway makes: `sk-lp-`, 32 random characters of base62 (190 bits), and 6 of the CRC-32 of all before
 * them. So scanners find leaked ones, and one that was mistyped or cut off is told without a look-up.
 */
export function makeKey(): string {
  const body = PREFIX + randomBase62(RANDOM_CHARS);
  return body + checksum(body);
}

/** Whether a text is a key as `makeKey` makes them, ours or not. */
export function isMadeKey(text: string): boolean {
  if (text.length !== KEY_CHARS || !text.startsWith(PREFIX)) return false;
  const end = KEY_CHARS - CRC_CHARS;
  let stated = 0;
  for (let at = end; at < KEY_CHARS; at++) stated = stated * 62 + (VALUES[text.charCodeAt(at)] ?? NaN);
  return stated === Bun.hash.crc32(text.slice(0, end));
}

/** Whether a text was meant to be such a key, and is not. */
export function isMistyped(text: string): boolean {
  return text.startsWith(PREFIX) && !isMadeKey(text);
}

/** What is shown of a key once it is made. */
export function shownPart(key: string): string {
  return key.slice(0, SHOWN_CHARS);
}

const PREFIX = 'sk-lp-';
const RANDOM_CHARS = 32;
const CRC_CHARS = 6;
const KEY_CHARS = PREFIX.length + RANDOM_CHARS + CRC_CHARS;
const SHOWN_CHARS = 10;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The value of each character as a digit, by its code. */
const VALUES: readonly (number | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const value = BASE62.indexOf(String.fromCharCode(code));
  return value === -1 ? undefined : value;
});

function checksum(body: string): string {
  let rest = Bun.hash.crc32(body);
  let digits = '';
  for (let i = 0; i < CRC_CHARS; i++) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** Bytes from here on are drawn again: with them, some characters would be likelier than others. */
const FIRST_UNEVEN = 256 - (256 % 62);

function randomBase62(count: number): string {
  let text = '';
  while (text.length < count) {
    for (const byte of getRandomValues(new Uint8Array(count))) {
      if (byte < FIRST_UNEVEN && text.length < count) text += BASE62.charAt(byte % 62);
    }
  }
  return text;
}
