import { ACCOUNT_HEADERS, PASSED_GROUPS } from '../../src/pipeline/passed-groups.ts';
import type { HeaderGroup } from '../../src/pipeline/header-group.ts';
import { ACCOUNT_WORDS, HARMLESS, WITHHELD_ALWAYS, WITHHELD_BESIDE_KEYS } from '../../src/pipeline/withheld-groups.ts';
import { CREDENTIAL_HEADERS } from '../../src/vendors/dialects.ts';
import { code, codes, table } from './table.ts';
import type { Localize } from './table.ts';

/** What the gateway reads of a client's request. */
const READ: Readonly<Record<string, string>> = {
  [CREDENTIAL_HEADERS.join(', ')]:
    'The key: `Authorization: Bearer KEY`, or the key alone in one of the others. Clients of Gemini may send it as `?key=` instead.',
  'x-trace-id': 'The trace ID, if it has 1 to 128 characters of `A-Za-z0-9._-`.',
  traceparent: 'Without `x-trace-id`: its trace id (W3C Trace Context) is the trace ID.',
  'x-request-id': 'Without both: the trace ID, if it has the same form. Otherwise a UUID is made.',
  'x-forwarded-for': 'The way so far, if the connection comes from one of `proxy.trusted_proxies`.',
  'content-encoding':
    'How the body is compressed: `gzip`, `deflate`, `br` or `zstd`, two layers at most; any other is a 415.',
  'content-type': 'Whether the body is a form. Everything else is taken for JSON.',
  'anthropic-version, anthropic-beta, x-goog-api-client':
    'At paths that several dialects share (`GET /v1/models`), whose client it is.',
  'idempotency-key':
    'Goes to the backend; where there are `keys`, made over so that no caller gets what another asked for.',
  'origin, access-control-request-method, access-control-request-headers':
    'Which web page asks: see [Browsers and CORS](#browsers-and-cors).',
  'host, sec-fetch-site': 'Without any key in the config: whether a web page could be behind the request.',
  upgrade: 'A WebSocket is refused with 426.',
};

/** What the gateway adds to an answer. */
const WRITTEN: Readonly<Record<string, string>> = {
  'x-trace-id': 'The trace ID, on every answer, as it stands in every log line of the request.',
  'x-request-id':
    "The backend's request ID, or else the trace ID. Clients of Anthropic find it in `request-id` as well.",
  'x-llm-proxy-backend': 'The backend that served, or whose error this is.',
  'x-llm-proxy-model': 'The model that it was asked for.',
  'x-llm-proxy-attempts':
    'How many attempts it took. On a stream that began late (after a keep-alive) these three are missing.',
  'x-llm-proxy-dropped':
    'What was left out of the request because the backend cannot express it, in the client’s words: `seed, logit_bias`.',
  'x-llm-proxy-estimated': '`tokens`: the gateway has estimated a count of tokens that no backend could be asked for.',
  'retry-after': 'On every 429 and 503: in how many seconds a new request makes sense.',
  'x-should-retry': '`false` where every route was tried, so that SDKs do not multiply the attempts.',
  'x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests':
    "On a 429 of the gateway's own rate limits, and of a backend; in Anthropic's dialect `anthropic-ratelimit-requests-limit` and so on.",
  'x-accel-buffering, cache-control':
    '`no` and `no-cache` on every stream, so that proxies pass events on as they come.',
  'x-content-type-options': '`nosniff`, on every answer.',
  'content-security-policy': 'A sandbox, on an answer that a browser would run.',
  allow: 'With 405: the methods that there are.',
  'accept-encoding': 'With 415: the encodings that there are.',
  'access-control-allow-origin, access-control-expose-headers, access-control-allow-methods, access-control-allow-headers, access-control-max-age, access-control-allow-private-network, vary':
    'With `cors.origins`: for the pages that it names.',
};

/** What the gateway sends to a backend besides the client's headers. */
const SENT: Readonly<Record<string, string>> = {
  "the vendor's header of the key":
    '`backends[].api_key`, where the vendor wants it: `Authorization: Bearer`, `x-api-key`, `api-key` or `x-goog-api-key`.',
  '`backends[].headers`': 'As the config has them; they replace those of the same name.',
  '`x-trace-id`': 'The trace ID. `traceparent` passes as it came.',
  '`accept-encoding`': '`identity`: events are looked at one by one.',
  '`x-forwarded-for`':
    "With `proxy.forward_client_ip: true` only: the client's address, after the chain of a trusted proxy.",
  '`anthropic-version`': 'To Anthropic, `2023-06-01` where the client sends none.',
  '`content-type`': '`application/json` where the body is JSON, whatever the client called it.',
};

/** Headers in: what is read, and which of the client's reach a backend. */
export function headersInBlock(localize: Localize): string {
  const rows = (groups: readonly HeaderGroup[]): string[][] =>
    groups.map((group) => [namesOf(group), localize(group.why)]);
  return [
    table(localize, ['header of a request', 'meaning'], described(READ, localize)),
    localize('**What backends get besides the client’s headers**'),
    table(
      localize,
      ['header', 'value'],
      Object.entries(SENT).map(([name, meaning]) => [name.startsWith('`') ? name : localize(name), localize(meaning)]),
    ),
    localize('**What never reaches a backend**'),
    table(localize, ['headers of a request', 'why'], rows(WITHHELD_ALWAYS)),
    localize(
      '**What does not reach a backend that is asked with the gateway’s own key, or any while the gateway has keys of its own**',
    ),
    table(
      localize,
      ['headers of a request', 'why'],
      [
        ...rows(WITHHELD_BESIDE_KEYS),
        [
          [...['api', 'access', 'auth', 'subscription', 'functions'].map((word) => code(`…${word}-key`)), '…'].join(
            ', ',
          ),
          localize('They carry keys, whoever’s name it is.'),
        ],
        [
          codes(ACCOUNT_WORDS),
          localize('A word of the name (between `-`, `_` and `.`) says that the value is a key or an account.'),
        ],
      ],
    ),
    localize(
      'Of these pass all the same, for they choose no account: NAMES. A header whose value holds a key of the client or of the gateway does not pass whatever its name is. Everything else passes as it came; where the request is translated, less the headers of the client’s own dialect.',
    ).replace('NAMES', codes(HARMLESS)),
  ].join('\n\n');
}

/** Headers out: what is added, and which of a backend's reach the client. */
export function headersOutBlock(localize: Localize): string {
  return [
    table(localize, ['header of an answer', 'meaning'], described(WRITTEN, localize)),
    localize('**What of a backend’s headers reaches the client**; all others end at the gateway'),
    table(
      localize,
      ['headers of a backend’s answer', 'why'],
      PASSED_GROUPS.map((group) => [namesOf(group), localize(group.why)]),
    ),
    localize(
      'Not among them, because whose account it is at the provider is the operator’s business: NAMES. Where the answer is translated, limits and request ids are told in the client’s dialect, and other headers of the backend’s dialect are left out.',
    ).replace('NAMES', codes(ACCOUNT_HEADERS)),
  ].join('\n\n');
}

function described(headers: Readonly<Record<string, string>>, localize: Localize): string[][] {
  return Object.entries(headers).map(([names, meaning]) => [codes(names.split(', ')), localize(meaning)]);
}

function namesOf({ names = [], prefixes = [] }: HeaderGroup): string {
  return codes([...names, ...prefixes.map((prefix) => `${prefix}…`)]);
}
