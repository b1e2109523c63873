import { Needles, type Place } from '../lib/needles.ts';

const NOWHERE: readonly Place[] = [];

/** Gives the secrets that exist at the moment (an access token, say); another list whenever they have changed. */
export type SecretSource = () => readonly string[];

/** A shorter one would be found in ordinary words. */
const MIN_SECRET_CHARS = 6;
/** From this length on, texts are searched in large jumps; shorter secrets are looked for apart, so as not to shorten them. */
const LONG_BYTES = 16;
const STAR = 0x2a;

/**
 * Replaces the gateway's secrets in what goes to clients: a backend that echoes a request, in an error, say, must not
 * show them the key that it was asked with. Stars take their place, as many as there were bytes, so that nothing else
 * of an answer changes.
 */
export class Scrubber {
  readonly #fixed: readonly string[];
  readonly #sources: readonly SecretSource[];
  #lists: readonly (readonly string[])[];
  #needles: readonly Needles[];

  /** `sources`: secrets that come and go. */
  constructor(secrets: readonly string[], sources: readonly SecretSource[]) {
    this.#fixed = secrets;
    this.#sources = sources;
    this.#lists = sources.map((source) => source());
    this.#needles = needlesOf([...secrets, ...this.#lists.flat()]);
  }

  /** Replaces secrets in bytes that nobody else needs as they are. */
  scrub(bytes: Uint8Array): void {
    for (const { start, end } of this.found(bytes)) bytes.fill(STAR, start, end);
  }

  /** The text without secrets. */
  scrubText(text: string): string {
    if (!this.#mayBeIn(text)) return text;
    const bytes = Buffer.from(text);
    this.scrub(bytes);
    return bytes.toString();
  }

  /** Whether a secret stands in the text. */
  isIn(text: string): boolean {
    return this.#mayBeIn(text) && this.found(Buffer.from(text)).length > 0;
  }

  /** For bytes that come in pieces: a secret may begin in one and end in another. */
  pieces(): ScrubbedPieces {
    return new ScrubbedPieces(this);
  }

  /** Where secrets stand; they may overlap. */
  found(bytes: Uint8Array): readonly Place[] {
    let all: Place[] | undefined;
    const sets = this.#current();
    for (let at = 0; at < sets.length; at++) {
      const needles = sets[at] as Needles;
      for (let found = needles.find(bytes); found !== undefined; found = needles.find(bytes, found.start + 1)) {
        (all ??= []).push(found);
      }
    }
    return all ?? NOWHERE;
  }

  /** How many bytes the longest secret has, in its longest form. */
  get longest(): number {
    let most = 1;
    for (const needles of this.#current()) most = Math.max(most, needles.longest);
    return most;
  }

  /** How many of the last bytes before `to` may be the beginning of a secret that begins at or after `from`. */
  unfinished(bytes: Uint8Array, from = 0, to = bytes.length): number {
    let most = 0;
    const sets = this.#current();
    for (let at = 0; at < sets.length; at++) most = Math.max(most, (sets[at] as Needles).unfinished(bytes, from, to));
    return most;
  }

  #mayBeIn(text: string): boolean {
    const sets = this.#current();
    for (let at = 0; at < sets.length; at++) if ((sets[at] as Needles).mayBeIn(text)) return true;
    return false;
  }

  #current(): readonly Needles[] {
    const lists = this.#lists;
    for (let at = 0; at < lists.length; at++) {
      if (this.#sources[at]?.() === lists[at]) continue;
      this.#lists = this.#sources.map((source) => source());
      this.#needles = needlesOf([...this.#fixed, ...this.#lists.flat()]);
      break;
    }
    return this.#needles;
  }
}

/**
 * Scrubs the bytes of one answer that come piece by piece. It always holds back as many as may be half a secret, whatever
 * they are: if it went by them, pauses would tell how much of a guess is right.
 */
export class ScrubbedPieces {
  #held: Uint8Array | undefined;

  constructor(private readonly scrubber: Scrubber) {}

  /** What may go out now; empty if all of it has to wait for the next piece. */
  push(piece: Uint8Array): Uint8Array {
    const bytes = this.#held === undefined ? piece : Buffer.concat([this.#held, piece]);
    const waiting = Math.min(bytes.length, this.scrubber.longest - 1);
    this.scrubber.scrub(bytes);
    this.#held = waiting === 0 ? undefined : bytes.slice(bytes.length - waiting);
    return waiting === 0 ? bytes : bytes.subarray(0, bytes.length - waiting);
  }

  /** What was held back and turned out to be no secret; undefined if there is none. */
  end(): Uint8Array | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held;
  }
}

function needlesOf(secrets: readonly string[]): Needles[] {
  const forms = new Set(secrets.flatMap(linesOf).flatMap(formsOf));
  const all = Array.from(forms, (form) => new TextEncoder().encode(form));
  const long = all.filter((needle) => needle.length >= LONG_BYTES);
  const short = all.filter((needle) => needle.length < LONG_BYTES);
  return [long, short].filter((needles) => needles.length > 0).map((needles) => new Needles(needles));
}

/** A key in PEM is told by any of its lines, however the ends of lines are written; words around it are no secret. */
function linesOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/);
  return lines.length === 1 ? lines : lines.filter((line) => /^[\w+/=-]{16,}$/.test(line) && !line.startsWith('-'));
}

/** How a secret may come back in an answer: as it is, in JSON, a URL, a form, a page, and in Base64 (`user:key`). */
function formsOf(secret: string): string[] {
  if (secret.length < MIN_SECRET_CHARS || PLACEHOLDERS.has(secret.toLowerCase()) || WORDLIKE.test(secret)) return [];
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const inPage = secret.replaceAll(/[&<>"']/g, (char) => PAGE.get(char) ?? char);
  return [
    secret,
    inJson,
    inJson.replaceAll('/', String.raw`\/`),
    inJson.replaceAll(/[&<>='+/]/g, (char) => String.raw`\u00${char.charCodeAt(0).toString(16)}`),
    inJson.replaceAll(/[&<>='+/]/g, (char) => String.raw`\u00${char.charCodeAt(0).toString(16).toUpperCase()}`),
    inUrl,
    inUrl.replaceAll(/%[0-9A-F]{2}/g, (encoded) => encoded.toLowerCase()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    inPage,
    ...[0, 1, 2].flatMap((before) => inBase64(secret, before)),
  ];
}

/** What of the Base64 of a text is the secret's alone, with `before` bytes of something else in front. */
function inBase64(secret: string, before: number): string[] {
  const whole = Buffer.concat([new Uint8Array(before), Buffer.from(secret)]);
  const text = whole.toString('base64');
  const own = text.slice(before === 0 ? 0 : before + 1, Math.floor(whole.length / 3) * 4);
  // A short one would shorten the jumps, and says little.
  return own.length < LONG_BYTES ? [] : [own, own.replaceAll('+', '-').replaceAll('/', '_')];
}

/** Short digits and short words: stars over those would change numbers and names of members in answers. */
const WORDLIKE = /^(?:\d{1,15}|[a-z]{1,9})$/i;

const PAGE: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** What documentation gives as a key for servers that want none: no secrets, but words that a model may say. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'ollama',
  'lm-studio',
  'lmstudio',
  'no-key',
  'nokey',
  'no-key-required',
  'sk-no-key-required',
  'not-needed',
  'not-required',
  'placeholder',
  'anything',
  'unused',
  'dummy-key',
  'token-abc123',
]);
