import { vendorAt } from './recognise.ts';

/** What is wrong with a base URL that can be used but is hardly meant. */
export interface BaseUrlDoubt {
  readonly what: string;
  /** What is likely meant. */
  readonly meant: string;
}

/**
 * Why a base URL is doubtful: it ends in the path of an endpoint, which the gateway adds itself, names a version twice, or
 * has only the end of a known one. Undefined if nothing strikes. `url`: without a slash at its end, and without query and fragment.
 */
export function doubtOfBaseUrl(url: string): BaseUrlDoubt | undefined {
  const { origin, segments } = split(url);
  if (OLLAMAS_OWN.test(segments.join('/')))
    return { what: `ends in /${segments.join('/')}, which is of Ollama's own API`, meant: `${origin}/v1` };
  const end = endpointStart(segments);
  const base = end === -1 ? segments : segments.slice(0, end);
  const plain = withoutRepetition(base);
  const meant = [origin, ...plain].join('/');
  if (end !== -1) return { what: `ends in /${segments.slice(end).join('/')}, which the gateway adds itself`, meant };
  if (plain.length < base.length) return { what: `holds /${repeated(base).join('/')} twice`, meant };
  const [first = '', second = ''] = base.slice(-2);
  if (base.length > 1 && VERSION.test(first) && VERSION.test(second))
    return {
      what: `ends in two versions, /${first}/${second}`,
      meant: [origin, ...base.slice(0, -2), second].join('/'),
    };
  return beginningLeftOut(url);
}

/** A known API of which the URL has the end alone: `https://openrouter.ai/v1` for `…/api/v1`. */
function beginningLeftOut(url: string): BaseUrlDoubt | undefined {
  const { origin, segments } = split(url);
  if (segments.length === 0) return undefined;
  const end = `/${segments.join('/')}`;
  const bases = (vendorAt(url)?.endpoints ?? []).flatMap((one) => [one.url, ...(one.alsoAt ?? [])]);
  if (bases.includes(origin + end)) return undefined;
  for (const known of bases) {
    if (known.startsWith(`${origin}/`) && known.endsWith(end))
      return { what: `lacks ${known.slice(origin.length, -end.length)}`, meant: known };
  }
  return undefined;
}

/** The endpoints of all dialects, below a base. */
const ENDPOINTS = new RegExp(
  `^(?:${[
    '(?:chat/)?completions',
    'responses(?:/(?:compact|input_tokens))?',
    'messages(?:/(?:count_tokens|batches))?',
    'embeddings',
    'moderations',
    'rerank',
    'images/(?:generations|edits|variations)',
    'audio/(?:speech|transcriptions|translations)',
    'models/[^/]+:\\w+',
    'model/[^/]+/(?:invoke|converse)(?:-[a-z-]+)?',
  ].join('|')})$`,
  'i',
);

/** The beginnings of endpoints. Behind other segments there are bases of these names, such as that of Azure's model inference. */
const BEGUN = /^(?:v\d+(?:alpha|beta)?\d*\/(?:models|chat|images|audio)|(?:google|anthropic)\/models)$/i;

/** The gateway speaks to Ollama as to OpenAI. */
const OLLAMAS_OWN = /^api\/(?:chat|generate|embed|embeddings|tags|show|ps)$/i;

/** Where the endpoint begins that a path ends in; -1 if it ends in none. */
function endpointStart(segments: readonly string[]): number {
  if (BEGUN.test(segments.slice(-2).join('/'))) return segments.length - 1;
  return segments.findIndex((_, at) => ENDPOINTS.test(segments.slice(at).join('/')));
}

/** The segments with which a path says a version twice: `v1` of `/v1/v1`, `openai/v1` of `/openai/v1/openai/v1`. */
function repeated(segments: readonly string[]): readonly string[] {
  for (let count = Math.floor(segments.length / 2); count > 0; count--) {
    const last = segments.slice(-count);
    const before = segments.slice(-2 * count, -count);
    if (last.some((segment) => VERSION.test(segment)) && last.join('/') === before.join('/')) return last;
  }
  return [];
}

function withoutRepetition(segments: readonly string[]): readonly string[] {
  const last = repeated(segments);
  return last.length === 0 ? segments : withoutRepetition(segments.slice(0, -last.length));
}

const VERSION = /^v\d+(?:alpha|beta)?\d*$/i;

function split(url: string): { readonly origin: string; readonly segments: readonly string[] } {
  const [scheme = '', rest = ''] = url.split('://');
  const [host = '', ...segments] = rest.split('/').filter((part) => part !== '');
  return { origin: `${scheme}://${host}`, segments };
}
