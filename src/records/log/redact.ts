import { printable } from '../../lib/printable.ts';

/** Masks what is secret in a line. */
export interface Redactor {
  (line: string): string;
  /** Whether a text holds nothing to be masked. */
  isClean(text: string): boolean;
  /** Masks a line that is known not to be clean. */
  mask(line: string): string;
}

/**
 * Returns what masks every key-like string in a line, whatever stands where a credential does, and every configured
 * secret of at least 6 characters in any encoding that a line may hold it in. A shorter one is masked only where a
 * credential stands: it would be found in ordinary words.
 * A line that is a JSON object stays one: its string values are masked, its keys and numbers are left alone.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= MIN_SECRET_CHARS);
  const masks = new Map<string, string>();
  for (const secret of known) for (const encode of ENCODINGS) masks.set(encode(secret), encode(hide(secret)));
  const inBase64 = known.flatMap(base64Cores);
  for (const core of inBase64) masks.set(core, hide(core));
  const anyEncoding = alternation([...masks.keys()], 'g');
  const needles = [...new Set(known.map(needle))];
  const needlesInBase64 = [...new Set(inBase64.map(needle))];

  const maskText = (text: string): string => {
    const rest = anyEncoding === undefined ? text : text.replace(anyEncoding, (found) => masks.get(found) ?? MASK);
    return maskShapes(rest);
  };
  const isClean = (text: string): boolean =>
    !(HINT.test(text) && LIKELY.test(text)) &&
    !holdsAny(text, needles) &&
    !(BASE64.test(text) && holdsAny(text, needlesInBase64));
  const maskLine = (line: string): string =>
    (line.startsWith('{') ? maskJson(line, maskText) : undefined) ?? maskText(line);
  return Object.assign((line: string) => (isClean(line) ? line : maskLine(line)), { isClean, mask: maskLine });
}

/** One native search for each is many times faster than a pattern of them all. */
function holdsAny(line: string, needles: readonly string[]): boolean {
  for (let i = 0; i < needles.length; i++) if (line.includes(needles[i] ?? '')) return true;
  return false;
}

const MASK = '****';
const MIN_SECRET_CHARS = 6;
/** Of a shorter one a quarter is still too much to show. */
const MIN_PARTLY_SHOWN_CHARS = 16;
const MOST_SHOWN_CHARS = 9;
/** What `hide` makes of anything. */
const HIDDEN = /^[^*]{0,5}\*{4}[^*]{0,4}$/su;

/** `sk-abc…xyz9876cdef` → `sk-ab****cdef`: a quarter is shown at most, and nothing of a short one. */
function hide(secret: string): string {
  if (secret.length < MIN_PARTLY_SHOWN_CHARS) return MASK;
  // By code point: half a surrogate pair is no text.
  const chars = Array.from(secret);
  if (chars.length < MIN_PARTLY_SHOWN_CHARS) return MASK;
  const shown = Math.min(Math.floor(chars.length / 4), MOST_SHOWN_CHARS);
  const tail = Math.floor(shown / 2);
  return chars.slice(0, shown - tail).join('') + MASK + chars.slice(-tail).join('');
}

/** The same where it may have been done before: masking what is masked changes nothing. */
function mask(found: string): string {
  return HIDDEN.test(found) ? found : hide(found);
}

/**
 * The one test that nearly every line fails, so that it costs nothing more: a fragment of each shape below. All have
 * the same short length because the engine then skips through the line; whole words make it three times as slow.
 */
const HINT = /sk-|AIz|eyJ|gsk|xai|hf_|AKI|ASI|:\/\/|ey[=:"\\ ]|e[nt][="\\]|rd[="\\]|uth|[rR][eE][rR]|[sS][iI][cC]/;

/** What ends in a letter or digit and yet is no part of the word behind it: an escaped line break, an ANSI sequence. */
const BREAK = String.raw`\\[nrt]|\\u[0-9A-Fa-f]{4}|\[\d\d?m`;

/** Asked only after a hint: a backend called `xai` or an alias `risk-check` must not cost every line of its own. */
const LIKELY = new RegExp(
  `(?:^|[^A-Za-z0-9]|${BREAK})(?:sk-|AIza|eyJ|gsk_|hf_|A[KS]IA|xai-[A-Za-z0-9]{20})` +
    String.raw`|:\/\/|(?:key|token|secret|password|authorization)(?: [a-z]{1,9})?\\{0,7}["']?\s?[:=]|bearer|basic`,
  'i',
);

// Every pattern either begins where no run of its own characters can have begun before, or fails within a few
// characters, so that each is linear in the line.
const URL_PASSWORD = /:\/\/([^\s/?#"\\:@]*):[^\s/?#"\\]+@/g;
const QUERY_SECRET = /((?:[?&](?:key|token)|api[_-]?key|access_token|client_secret|password)=)([^&\s"'\\#]+)/gi;
/** `"api_key": "…"` in a body that is JSON, however often that was escaped. */
const MEMBER = String.raw`(?:api[_-]?key|(?:access|auth|refresh|session)_?token|client_?secret|secret_access_key|private_key|password|authorization)`;
const MEMBER_SECRET = new RegExp(`(${MEMBER}` + String.raw`\\{0,7}"\s?:\s?\\{0,7}")(?!bearer|basic)([^"\\]+)`, 'gi');
const MEMBER_NAME = new RegExp(`${MEMBER}$`, 'i');
/** `Incorrect API key provided: …` in what a provider says, `x-api-key: …` in what somebody shows of a request. */
const TOLD_SECRET = /(api[ -]key(?: [a-z]{1,9})?: ?["']?)([^\s"'\\,;<>&]+)/gi;
const AUTHORIZATION = /(Bearer|Basic)([ \t]+|%20|\+)([^\s"'\\,;<>&]+)/gi;
const JWT = new RegExp(
  `(?:(?<![A-Za-z0-9_-])|(?<=${BREAK}))` + String.raw`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`,
  'g',
);
const KEY = new RegExp(
  `(?:(?<![A-Za-z0-9])|(?<=${BREAK}))` +
    `(?:${[
      String.raw`sk-[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)*`,
      'AIza[A-Za-z0-9_-]{10,}',
      'gsk_[A-Za-z0-9]{8,}',
      // Longer than any name of a backend that begins like this.
      'xai-[A-Za-z0-9]{20,}',
      'hf_[A-Za-z0-9]{10,}',
      'A[KS]IA[0-9A-Z]{12,}',
    ].join('|')})`,
  'g',
);

function maskShapes(text: string): string {
  return text
    .replace(URL_PASSWORD, `://$1:${MASK}@`)
    .replace(QUERY_SECRET, (_all, name: string, value: string) => name + mask(value))
    .replace(AUTHORIZATION, (_all, scheme: string, gap: string, value: string) => scheme + gap + mask(value))
    .replace(MEMBER_SECRET, (_all, name: string, value: string) => name + mask(value))
    .replace(TOLD_SECRET, (_all, name: string, value: string) => name + mask(value))
    .replace(JWT, mask)
    .replace(KEY, mask);
}

/** Undefined when the line only looked like JSON. */
function maskJson(line: string, maskText: (text: string) => string): string | undefined {
  try {
    const masked = JSON.stringify(JSON.parse(line), (key, value: unknown) => {
      if (typeof value !== 'string') return value;
      return MEMBER_NAME.test(key) ? maskCredential(value) : maskText(value);
    });
    return printable(masked);
  } catch {
    return undefined;
  }
}

const jsonEscaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** How a secret may stand in a line: as it is, in a body that is JSON, in a URL or form, with control characters shown. */
const ENCODINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  printable,
  jsonEscaped,
  (text) => printable(jsonEscaped(text)),
  // PHP's encoder, among others, escapes slashes.
  (text) => jsonEscaped(text).replaceAll('/', String.raw`\/`),
  // A lone surrogate has no URL encoding.
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => new URLSearchParams([['', text]]).toString().slice(1),
];

/**
 * What base64, of either alphabet, makes of a secret wherever it stands in what is encoded: the characters that are made of
 * its bits alone. Those of a secret that is short would be found in ordinary words.
 */
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
    const [first, last] = [Math.ceil((offset * 8) / 6), Math.floor((whole.length * 8) / 6)];
    const cores = (['base64', 'base64url'] as const).map((alphabet) => whole.toString(alphabet).slice(first, last));
    return [...new Set(cores)].filter((core) => core.length >= MIN_BASE64_CHARS);
  });
}

const MIN_BASE64_CHARS = 20;
/** Hardly a line has so long a word. */
const BASE64 = /[\w+/-]{20}/;

/** What of a secret is the same in every encoding and long enough to be rare; '' (always found) when nothing is. */
function needle(secret: string): string {
  const runs = secret.match(/[\w.-]{4,}/g) ?? [];
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

/** Undefined for no literals. Longer ones first: a secret may begin with another. */
function alternation(literals: readonly string[], flags: string): RegExp | undefined {
  if (literals.length === 0) return undefined;
  const ordered = [...literals].sort((a, b) => b.length - a.length);
  return new RegExp(ordered.map((literal) => RegExp.escape(literal)).join('|'), flags);
}

/** A credential by itself or after its scheme. */
function maskCredential(value: string): string {
  const [, scheme, rest] = /^([A-Za-z][\w-]{0,31})\s+(\S.*)$/.exec(value) ?? [];
  return scheme === undefined || rest === undefined ? mask(value) : `${scheme} ${mask(rest)}`;
}
