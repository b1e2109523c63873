import { PASSTHROUGH, PASSTHROUGH_ACCOUNT, type EndpointRow, type Matched } from '../../core/endpoint-row.ts';
import type { Method } from '../../core/exchange.ts';
import type { ProtocolName } from '../../core/part.ts';
import type { Through } from '../../core/through.ts';

/** What of an API is passed through: everything that the gateway has no endpoint of its own for. */
export interface RestOfApi {
  /** As `passthrough` in the config calls it. */
  readonly api: string;
  readonly protocol: ProtocolName;
  readonly idForm: Through['idForm'];
  /** The path below the API's base, and where it is if not there; undefined: it is not this API's. */
  readonly below: (path: string) => Below | undefined;
  /** Whether clients of other dialects use the path as well. */
  readonly isTold: (path: string) => boolean;
  /** What callers may ask for. */
  readonly callers: RegExp;
  /** What is about the account, or gives out credentials; looked at first. */
  readonly account: RegExp;
  /** The ids in such a path. */
  readonly idsIn: (path: string) => readonly string[];
  /** What is answered is the content of a file. */
  readonly content: RegExp;
  /** Addresses in answers that lead to more of it, with the path in the first group. */
  readonly addresses?: RegExp;
  /** Methods, where not all of them pass. */
  readonly methods?: (path: string) => readonly Method[] | undefined;
  /** Whole paths of both kinds. */
  readonly examples: readonly string[];
}

/** A path below a base. */
export interface Below {
  readonly path: string;
  readonly root?: Through['root'];
  readonly ownQueryFields?: ReadonlySet<string> | undefined;
}

/**
 * The rows of the rest of an API: those of the account, and the callers'. Paths that several dialects have are rows for
 * themselves, since headers decide there.
 */
export function restOfApi(rest: RestOfApi): readonly EndpointRow[] {
  const kinds = [
    { access: PASSTHROUGH_ACCOUNT, isAccount: true },
    { access: PASSTHROUGH, isAccount: false },
  ];
  return kinds.flatMap(({ access, isAccount }) =>
    [false, true].flatMap((isTold): EndpointRow[] => {
      const find = finder(rest, isAccount, isTold);
      const examples = rest.examples.filter((path) => find(path) !== undefined);
      return examples.length === 0 ? [] : [{ ...access, match: { find, examples, isTold } }];
    }),
  );
}

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** It cannot leave the backend's base: no dot segments, no second `?`, no double encoding. */
const SAFE_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))(?:[\w.~:@!$&'()*+,;=-]|%(?!2e|2f|5c)[0-9a-f]{2})+)+$/i;

function finder(rest: RestOfApi, isAccount: boolean, isTold: boolean): (path: string) => Matched | undefined {
  return (whole) => {
    const below = rest.below(whole);
    if (below === undefined || rest.isTold(whole) !== isTold) return undefined;
    const { path, root, ownQueryFields } = below;
    if (rest.account.test(path) !== isAccount || !(isAccount || rest.callers.test(path))) return undefined;
    if (!SAFE_PATH.test(path)) return undefined;
    return matched(rest, path, isAccount, { root, ownQueryFields });
  };
}

function matched(
  { api, protocol, idForm, idsIn, content, methods, addresses: pattern }: RestOfApi,
  path: string,
  isAccount: boolean,
  { root, ownQueryFields }: Omit<Below, 'path'>,
): Matched {
  const ids = isAccount ? [] : idsIn(path);
  const addresses = pattern === undefined ? undefined : { pattern, idsIn };
  return {
    methods: methods?.(path) ?? METHODS,
    protocol,
    operation: 'native',
    target: path,
    modelIs: 'absent',
    ownQueryFields,
    through: { api, ids, idForm, isContent: content.test(path), addresses, isAccount, root },
    conversation: false,
    answersJson: false,
  };
}

/** Of paths in which ids stand between words: every segment that is no word of the API. */
export function segmentsBesides(words: ReadonlySet<string>): (path: string) => string[] {
  return (path) => path.split('/').filter((segment) => segment !== '' && !words.has(segment));
}
