import { ACCOUNT_HEADERS, PASSED_GROUPS } from '../../src/delivery/passed-groups.ts';
import type { HeaderGroup } from '../../src/upstream/header-group.ts';
import { ACCOUNT_WORDS, HARMLESS, WITHHELD_ALWAYS, WITHHELD_BESIDE_KEYS } from '../../src/upstream/withheld-groups.ts';
import { CREDENTIAL_HEADERS } from '../../src/vendors/dialects.ts';
import { code, codes, table } from './table.ts';
import type { Localize } from './table.ts';

/** What the gateway reads of a client's request. */
const READ: Readonly<Record<string, string>> = {
  [CREDENTIAL_HEADERS.join(', ')]:
    'The key: `Authorization: Bearer KEY`, or the key alone in one of the others. Clients of Gemini may send it as `?key=` instead.',
  'x-trace-id': 'The trace ID, if it has 1 to 128 characters of `A-Za-z0-9._-`.',
  traceparent: 'Without `x-trace-id`: its trace id (W3C Trace Context) is the trace ID.',
  'x-request-id': 'Without both: the trace ID, if it has the same form. Otherwise the gateway makes a UUID.',
  'x-forwarded-for': 'The addresses so far, believed if the connection comes from one of `proxy.trusted_proxies`.',
  'content-encoding':
    'How the body is compressed: `gzip`, `deflate`, `br` or `zstd`, two layers at most; any other is a 415.',
  'content-type': 'Whether the body is a form. Everything else is read as JSON.',
  'anthropic-version, anthropic-beta, x-goog-api-client':
    'On paths that several dialects share (`GET /v1/models`): which dialect the client uses.',
  'idempotency-key': 'Goes to the backend; with `keys` it is rewritten, so that no caller gets the answer of another.',
  'origin, access-control-request-method, access-control-request-headers':
    'Which web page asks: see [Browsers and CORS](#browsers-and-cors).',
  'host, sec-fetch-site': 'Without any key in the config: whether the request could come from a web page.',
  upgrade: 'A WebSocket is refused with 426.',
  via: 'Whether the request comes from this very gateway, by a name that only it has: then it is refused with 508. The names of other gateways of its kind go on.',
};

/** What the gateway adds to an answer. */
const WRITTEN: Readonly<Record<string, string>> = {
  'x-trace-id': 'The trace ID, on every answer, as in every log line of the request.',
  'x-request-id':
    "The backend's request ID, or else the trace ID. Clients of Anthropic find it in `request-id` as well.",
  'x-llm-proxy-backend': 'The backend that served, or that this error is from.',
  'x-llm-proxy-model': 'The model that it was asked for.',
  'x-llm-proxy-attempts':
    'The number of attempts. On a stream that began late (after a keep-alive) these three are missing.',
  'x-llm-proxy-dropped':
    'What was dropped from the request because the backend cannot express it, as the client calls it: `seed, logit_bias`.',
  'x-llm-proxy-estimated': '`tokens`: the gateway estimated a token count, since no backend could count.',
  'retry-after': 'On every 429 and 503: after how many seconds a new request makes sense.',
  'x-should-retry': '`false` where every route was tried, so that SDKs do not multiply the attempts.',
  'x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests':
    "On a 429 of the gateway's own rate limits, and of a backend; in Anthropic's dialect `anthropic-ratelimit-requests-limit` and so on.",
  'x-accel-buffering, cache-control':
    '`no` and `no-cache` on every stream, so that proxies pass events on as they come.',
  'x-content-type-options': '`nosniff`, on every answer.',
  'content-security-policy': 'A sandbox, on an answer that a browser would run.',
  allow: 'With 405: the allowed methods.',
  'accept-encoding': 'With 415: the supported encodings.',
  'access-control-allow-origin, access-control-expose-headers, access-control-allow-methods, access-control-allow-headers, access-control-max-age, access-control-allow-private-network, vary':
    'With `cors.origins`: for the pages that it names.',
};

/** What the gateway sends to a backend besides the client's headers. */
const SENT: Readonly<Record<string, string>> = {
  "the vendor's header for the key":
    '`backends[].api_key`, where the vendor wants it: `Authorization: Bearer`, `x-api-key`, `api-key` or `x-goog-api-key`.',
  '`backends[].headers`': 'As the config has them; they replace those of the same name.',
  '`x-trace-id`': 'The trace ID.',
  '`traceparent`, `tracestate`':
    'Only to backends with `trace: true`: the trace of the request, and the span of the attempt in it. `baggage` is never sent on.',
  '`accept-encoding`': '`identity`: events are looked at one by one.',
  '`x-forwarded-for`':
    "Only with `proxy.forward_client_ip: true`: the client's address, after the chain of a trusted proxy.",
  '`anthropic-version`': 'To Anthropic: `2023-06-01` if the client sends none.',
  '`via`':
    "The gateway's name, generated at each start, after those of others of its kind; only where the host is no known vendor's, so that a loop is noticed.",
  '`content-type`': '`application/json` if the body is JSON, whatever the client sent.',
};

/** Headers in: what is read, and which of the client's reach a backend. */
export function headersInBlock(localize: Localize): string {
  return [
    table(localize, ['header of a request', 'meaning'], described(READ, localize)),
    localize('**What backends get in addition to the client’s headers**'),
    table(
      localize,
      ['header', 'value'],
      Object.entries(SENT).map(([name, meaning]) => [name.startsWith('`') ? name : localize(name), localize(meaning)]),
    ),
    localize('**What never reaches a backend**'),
    groupList(WITHHELD_ALWAYS.map((group) => [localize(group.why), namesOf(group)])),
    localize(
      '**What does not reach a backend that has the gateway’s own key, nor any backend once the gateway has keys**',
    ),
    groupList([
      ...WITHHELD_BESIDE_KEYS.map((group) => [localize(group.why), namesOf(group)] as const),
      [
        localize('They carry keys, under whatever name.'),
        [...['api', 'access', 'auth', 'subscription', 'functions'].map((word) => code(`…${word}-key`)), '…'].join(', '),
      ],
      [
        localize('A word of the name (between `-`, `_` and `.`) says that the value is a key or an account.'),
        codes(ACCOUNT_WORDS),
      ],
    ]),
    localize(
      'These pass anyway, since they select no account: NAMES. A header whose value contains a key of the client or of the gateway never passes. Everything else passes unchanged; if the request is translated, without the headers of the client’s own dialect.',
    ).replace('NAMES', codes(HARMLESS)),
  ].join('\n\n');
}

/** Headers out: what is added, and which of a backend's reach the client. */
export function headersOutBlock(localize: Localize): string {
  return [
    table(localize, ['header of an answer', 'meaning'], described(WRITTEN, localize)),
    localize('**Headers of a backend that reach the client**; all others stop at the gateway'),
    groupList(PASSED_GROUPS.map((group) => [localize(group.why), namesOf(group)])),
    localize(
      'Not among them, since the account at the provider is the operator’s business: NAMES. If the answer is translated, limits and request ids are sent in the client’s dialect, and other headers of the backend’s dialect are left out.',
    ).replace('NAMES', codes(ACCOUNT_HEADERS)),
  ].join('\n\n');
}

function described(headers: Readonly<Record<string, string>>, localize: Localize): string[][] {
  return Object.entries(headers).map(([names, meaning]) => [codes(names.split(', ')), localize(meaning)]);
}

/** A list, not a table: a cell of fifty names cannot be read, and its column takes the page's width. */
function groupList(groups: readonly (readonly [why: string, names: string])[]): string {
  return groups.map(([why, names]) => `- **${why}** ${names}`).join('\n');
}

function namesOf({ names = [], prefixes = [] }: HeaderGroup): string {
  return codes([...names, ...prefixes.map((prefix) => `${prefix}…`)]);
}
