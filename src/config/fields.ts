import { z } from 'zod';
import { parseDuration } from '../lib/duration.ts';
import { LISTEN_ALLOWED, parseListen } from './listen.ts';

// What a field's `.meta()` may hold besides its description:
//   kind      its type in the docs, where that is not plain from the schema
//   allowed   what error messages say it may be
//   example   of a section: YAML with every key of it, shown below its table
//   secret    a key: may be `file:PATH`, and its value is shown nowhere

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

/** Non-empty text; `kind` and `allowed` as above. */
export function text(kind = 'text', allowed = 'text that is not empty') {
  return z.string().min(1).meta({ kind, allowed });
}

/** Text that ends up in an HTTP header, of which only visible ASCII and inner spaces arrive everywhere unchanged. */
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

/** A key that clients have to show: one that nobody guesses. */
export function gatewayKey() {
  return secret().refine(({ length }) => length >= MIN_KEY_CHARS, {
    error: `is too short: anybody can guess it (use at least ${MIN_KEY_CHARS} characters, better 32 random ones)`,
    when: isFilled,
  });
}

const MIN_KEY_CHARS = 8;
/** A shorter key is warned of. */
export const SAFE_KEY_CHARS = 12;

/** A secret of any characters: one that is no header's value. */
export function secretText(allowed: string) {
  return z.string().min(1).meta({ kind: 'secret', secret: true, allowed });
}

/** An address to listen on, kept as text; `parseListen` reads it. */
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

/** The `params` of a custom issue that wants the usual message "cannot be VALUE (ALLOWED)". */
export const REFUSED = { refused: true };

/** What an HTTP header carries unchanged. */
export const HEADER_SAFE = /^[\x21-\x7e]+(?: +[\x21-\x7e]+)*$/;

function isFilled(payload: { value: unknown }): boolean {
  return typeof payload.value === 'string' && payload.value !== '';
}
