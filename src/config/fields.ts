import { z } from 'zod';
import { parseDuration } from '../lib/duration.ts';
import { parsePercentage } from '../lib/percentage.ts';
import { LISTEN_ALLOWED, parseListen } from './listen.ts';

// What a field's `.meta()` may hold besides its description:
//   kind      its type in the docs, where the schema does not show it
//   allowed   the allowed values, for error messages
//   example   for a section: YAML with all its keys, shown below its table
//   secret    may be `file:PATH`, and is never shown

/** A duration: text or seconds in the file, milliseconds in the parsed config. */
export function duration(least: 'zero' | 'above zero' = 'zero') {
  const allowed = `a duration such as 300ms, 30s, 10m or 1h30m, or a number of seconds${least === 'zero' ? '' : ', above 0'}`;
  return z
    .union([z.string(), z.number()])
    .transform((value, context) => {
      const ms = parseDuration(value);
      if (ms !== undefined && (ms > 0 || least === 'zero')) return ms;
      context.addIssue({ code: 'custom', params: REFUSED });
      return z.NEVER;
    })
    .meta({ kind: 'duration', allowed });
}

/** A percentage above 0: text in the file, a share (0.05) in the parsed config. */
export function percentage() {
  return z
    .union([z.string(), z.number()])
    .transform((value, context) => {
      const share = parsePercentage(value);
      if (share !== undefined && share > 0) return share;
      context.addIssue({ code: 'custom', params: REFUSED });
      return z.NEVER;
    })
    .meta({ kind: 'percentage', allowed: 'a percentage above 0%, such as 5% or 0.5%, at most 100%' });
}

/** Non-empty text; `kind` and `allowed` as above. */
export function text(kind = 'text', allowed = 'text that is not empty') {
  return z.string().min(1).meta({ kind, allowed });
}

/** Text for an HTTP header: visible ASCII and inner spaces, which every server receives unchanged. */
export function headerSafeText(kind: string, allowed: string) {
  return text(kind, allowed).refine((value) => HEADER_SAFE.test(value), {
    error: 'has characters that an HTTP header cannot carry (use printable ASCII, without a space at either end)',
    when: isFilled,
  });
}

/** A key. */
export function secret() {
  return headerSafeText('secret', 'a key as text, ${VARIABLE} or file:/path/to/it').meta({
    kind: 'secret',
    secret: true,
    allowed: 'a key as text, ${VARIABLE} or file:/path/to/it',
  });
}

/** A key that clients send to the gateway, long enough not to be guessed. */
export function gatewayKey() {
  return secret().refine(({ length }) => length >= MIN_KEY_CHARS, {
    error: `is too short: anybody can guess it (use at least ${MIN_KEY_CHARS} characters, better 32 random ones)`,
    when: isFilled,
  });
}

/** The hash of such a key. */
export function keyHash() {
  return z
    .string()
    .min(1)
    .refine((value) => value === '' || HASH.test(value), { params: REFUSED })
    .meta({ kind: 'hash', hidden: true, allowed: HASH_ALLOWED });
}

const HASH_ALLOWED = '`sha256:` and 64 hexadecimal digits, as `printf %s "$KEY" | sha256sum` prints them';
const HASH = /^sha256:[0-9a-fA-F]{64}$/;

/** A moment, as text that `Date.parse` reads. */
export function time() {
  return text('time', 'a time such as 2027-01-31T12:00:00Z, or a day, which begins at midnight UTC').refine(
    (value) => value === '' || isTime(value),
    { params: REFUSED },
  );
}

function isTime(value: string): boolean {
  const isForm = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(value);
  // `Date` takes the 30th of February for the 2nd of March.
  return isForm && !Number.isNaN(Date.parse(value)) && isDay(value.slice(0, 10));
}

function isDay(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

const MIN_KEY_CHARS = 8;
/** Shorter keys get a warning. */
export const SAFE_KEY_CHARS = 12;

/** A secret that is not sent in a header, so it may have any characters. */
export function secretText(allowed: string) {
  return z.string().min(1).meta({ kind: 'secret', secret: true, allowed });
}

/** An address to listen on, as text; `parseListen` parses it. */
export function listenAddress() {
  return text('address', LISTEN_ALLOWED).superRefine((value, context) => {
    if (value === '') return;
    try {
      parseListen(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });
}

/** The `params` of a custom issue that gets the usual message, "cannot be VALUE (ALLOWED)". */
export const REFUSED = { refused: true };

/** Text that an HTTP header carries unchanged. */
export const HEADER_SAFE = /^[\x21-\x7e]+(?: +[\x21-\x7e]+)*$/;

function isFilled(payload: { value: unknown }): boolean {
  return typeof payload.value === 'string' && payload.value !== '';
}
