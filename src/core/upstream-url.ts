import { Refusal } from './refusal.ts';

/**
 * `name` as one segment of a URL's path, encoded. Throws a Refusal for a name that no encoding keeps in its place: `..`,
 * however often it is encoded, is taken for the segment above by one server or another on the way.
 */
export function pathSegment(name: string): string {
  if (PLAIN.test(name)) return name;
  if (leadsElsewhere(name)) throw refused(name);
  return encodeURIComponent(name);
}

/** A name that is a path itself (`tunedModels/x`), each of its segments encoded. Throws like `pathSegment`. */
export function pathOf(name: string): string {
  const segments = name.split('/');
  // Servers that make one slash of two would read another path.
  if (segments.includes('') || leadsElsewhere(name)) throw refused(name);
  return segments.map(encodeURIComponent).join('/');
}

/** `target` with a field in its query that nothing else in there can take the place of. */
export function withQueryField(target: string, name: string, value: string): string {
  const [path, query] = split(target);
  const others = query.split('&').filter((field) => field !== '' && fieldName(field) !== plainName(name));
  return `${path}?${[...others, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`].join('&')}`;
}

/** The name of a query's field as servers may understand it: decoded, in any case, `api_version` for `api-version`. */
export function fieldName(field: string): string {
  const [name = ''] = new URLSearchParams(field).keys();
  return plainName(name);
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-').replaceAll(NO_PART_OF_A_NAME, '');
}

/** What is sent to a backend has to lie below its base URL; this proves that it does. */
export class BaseUrl {
  readonly #base: string;
  readonly #origin: string;
  /** Nearly all requests have one of a few targets. */
  readonly #proven = new Set<string>();

  /** `base`: without a slash at its end, and without credentials, query and fragment. */
  constructor(base: string) {
    this.#base = base;
    this.#origin = new URL(base).origin;
  }

  /**
   * Throws a Refusal if `target`, behind the base URL, would be read as anything but a path below it: on another host,
   * above the base, or as other text than is written here.
   */
  prove(target: string): void {
    if (this.#proven.has(target)) return;
    const [path] = split(target);
    const url = URL.parse(this.#base + target);
    const isBelow =
      url !== null &&
      target.startsWith('/') &&
      VISIBLE.test(target) &&
      this.#isOwn(url) &&
      url.origin + url.pathname === this.#base + path &&
      !leadsElsewhere(path.slice(1));
    if (!isBelow) throw refused(target);
    if (target.length > LONGEST_KEPT) return;
    if (this.#proven.size >= MOST_PROVEN) this.#proven.clear();
    this.#proven.add(target);
  }

  /** The same for a path of the config, which may lead to where its owner likes on the backend's host. */
  proveHost(target: string): void {
    const url = URL.parse(this.#base + target);
    if (url === null || !target.startsWith('/') || !this.#isOwn(url)) throw refused(target);
  }

  #isOwn(url: URL): boolean {
    return url.origin === this.#origin && url.username === '' && url.password === '' && url.hash === '';
  }
}

const MOST_PROVEN = 512;
const LONGEST_KEPT = 256;

/** Needs neither encoding nor a second look. */
const PLAIN = /^[A-Za-z0-9_~-][A-Za-z0-9_~-]*(?:\.[A-Za-z0-9_~-]+)*$/;
/** Neither spaces nor controls, and nothing that URL parsers read as a slash or a fragment. */
const VISIBLE = /^[\x21\x22\x24-\x5b\x5d-\x7e]*$/;
// oxlint-disable-next-line no-control-regex -- that is what is looked for
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;
const ENCODED = /%(2e|2f|5c|3b|25)/gi;
const NO_PART_OF_A_NAME = /[^a-z0-9-]/g;

/** Whether a server that decodes once more than it should, or takes `\` for `/` or `..;x` for `..`, would leave the path. */
function leadsElsewhere(name: string): boolean {
  if (name === '' || !name.isWellFormed() || CONTROL.test(name)) return true;
  let text = name;
  for (let round = 0; text.includes('%'); round++) {
    const decoded = decodedOnce(text);
    if (decoded === text) break;
    // Nobody encodes a name so often who means well.
    if (round === MOST_ROUNDS) return true;
    text = decoded;
  }
  return text.split(/[/\\]/).some((segment) => DOTS.test(segment));
}

const MOST_ROUNDS = 4;
const DOTS = /^\s*\.{1,2}\s*(?:;.*)?$/s;

function decodedOnce(text: string): string {
  return text.replaceAll(ENCODED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function split(target: string): [path: string, query: string] {
  const at = target.indexOf('?');
  return at === -1 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

function refused(name: string): Refusal {
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  return new Refusal(
    'unsafe_name',
    `The name ${JSON.stringify(shown.toWellFormed())} cannot stand in the URL of a backend. Send a model's name as GET /v1/models lists it.`,
    { param: 'model' },
  );
}
