/** One error that the gateway itself makes. `docs/errors.md` is generated from this table. */
interface ErrorCode {
  readonly status: number;
  /** `error.type` in the OpenAI shape. */
  readonly type: 'invalid_request_error' | 'rate_limit_error' | 'server_error';
  readonly meaning: string;
  readonly remedy: string;
}

const request = 'invalid_request_error';
const server = 'server_error';

/** Stable codes: clients may rely on them. */
export const ERROR_CODES = {
  invalid_api_key: {
    status: 401,
    type: request,
    meaning: 'The request carries no key, or none of this gateway.',
    remedy:
      'Send the key of `proxy_api_key`, or one of `keys`, as `Authorization: Bearer KEY` (or `x-api-key`, `api-key`, `x-goog-api-key`).',
  },
  keys_unavailable: {
    status: 503,
    type: server,
    meaning:
      'The key looks like one that was made at run time, and the gateway has started without its database and without a copy of the keys. Keys of the config let in.',
    remedy: 'Try again after `Retry-After`; bring the database back.',
  },
  key_disabled: {
    status: 403,
    type: request,
    meaning: 'The key is switched off (`enabled: false`), or its team does not exist.',
    remedy: 'Ask whoever runs the gateway.',
  },
  key_expired: {
    status: 401,
    type: request,
    meaning:
      'The `expires_at` of the key has passed; or it was rotated, and the time in which the one before goes on (`previous.until`) has passed.',
    remedy: 'Ask whoever runs the gateway for a new one; after a rotation there is one already.',
  },
  model_not_allowed: {
    status: 403,
    type: request,
    meaning: 'The model exists, and the `models` of this key, or those of a team above it, do not name it.',
    remedy: 'Name one of the models that `GET /v1/models` lists for this key.',
  },
  address_not_allowed: {
    status: 403,
    type: request,
    meaning: 'The request comes from an address that the `allowed_ips` of this key do not name.',
    remedy:
      'Send it from one of those addresses. Behind a reverse proxy, name the proxy in `proxy.trusted_proxies`, or it is the address that counts.',
  },
  endpoint_not_allowed: {
    status: 403,
    type: request,
    meaning:
      'The endpoint (`/admin/*`, `/metrics`) is for operators, and the key is not; or it is the admin key, which opens nothing else. Without `admin.api_key`, `/admin/*` answers requests from its own machine only. Or it is of what is passed through, which is for keys with `models: ["*"]`, and its lists for `proxy_api_key`. Or the `endpoints` of the key do not name it.',
    remedy:
      "Send `admin.api_key` to operators' endpoints (`proxy_api_key` where there is none), and another key elsewhere.",
  },
  session_ended: {
    status: 401,
    type: request,
    meaning:
      'The session of the console has ended: by its time, by signing out, or because what it was made with lets in no more. Or it never was one.',
    remedy: 'Sign in again.',
  },
  csrf_token_invalid: {
    status: 403,
    type: request,
    meaning:
      'A request with a session changes something, and its `x-csrf-token` is missing or is not that of the session.',
    remedy:
      'Send the `csrf_token` of `GET /console/session`, or a key as `Authorization: Bearer KEY` instead of the session.',
  },
  role_not_allowed: {
    status: 403,
    type: request,
    meaning: 'Whoever is signed in to the console has a role that may not do this.',
    remedy: 'Ask whoever runs the gateway for another role, or to do it.',
  },
  sign_in_refused: {
    status: 401,
    type: request,
    meaning:
      'The key that was shown to sign in is none of this gateway; or what the OIDC provider has sent back does not fit what was asked of it.',
    remedy: 'Copy the key again, all of it; begin signing in at the provider anew.',
  },
  no_role: {
    status: 403,
    type: request,
    meaning: 'The OIDC provider knows the person, and none of their groups has a role here.',
    remedy:
      'Name one of their groups in `admin.oidc.roles` or `admin.oidc.teams`; the message lists what the provider has told.',
  },
  too_many_sign_ins: {
    status: 429,
    type: 'rate_limit_error',
    meaning: "Too many sign-ins have failed from the client's address, or from all addresses together.",
    remedy: 'Wait for `Retry-After`. Requests with a key are not held up by it.',
  },
  sign_in_unavailable: {
    status: 503,
    type: server,
    meaning: 'The OIDC provider does not answer, or its answer is none; or no such sign-in is configured.',
    remedy: 'Try again in a moment, or sign in with a key. The log says what is wrong.',
  },
  too_many_failed_keys: {
    status: 429,
    type: 'rate_limit_error',
    meaning:
      "More requests without a right key came from the client's address than `server.failed_keys_per_minute` lets by.",
    remedy: 'Correct the key: a request with a right one passes at once.',
  },
  host_not_allowed: {
    status: 403,
    type: request,
    meaning:
      'The gateway has no key, and the `Host` of the request is a name that it does not know: a web page could have brought it (DNS rebinding).',
    remedy:
      'Reach the gateway by its IP address or `localhost`, set `proxy_api_key`, or name the host in `server.allowed_hosts`.',
  },
  origin_not_allowed: {
    status: 403,
    type: request,
    meaning:
      'A web page of another origin sent the request, and `cors.origins` does not name it: it asked for permission (a preflight), or the gateway has no key.',
    remedy: 'Name the origin in `cors.origins`, as the message writes it.',
  },
  malformed_request: {
    status: 400,
    type: request,
    meaning: 'The request line or the `Host` header is not valid HTTP.',
    remedy: 'Correct what the message names, or the proxy that stands between.',
  },
  websocket_not_supported: {
    status: 426,
    type: request,
    meaning: 'The request asks for a WebSocket, and the gateway has none there.',
    remedy: 'Use the HTTP endpoint of the same path; clients that know both fall back by themselves.',
  },
  loop_detected: {
    status: 508,
    type: server,
    meaning:
      'The request came from this gateway itself: the `url` of a backend leads back to it, at once or through others.',
    remedy:
      "Correct the `url` of the backend: it is the one with `looped` in the `tries` of the log, and `llm-proxy check` names it where it is the gateway's own address.",
  },
  overloaded_connections: {
    status: 503,
    type: server,
    meaning: 'Nearly as many files and connections are open as the system lets the gateway have.',
    remedy: 'Send the request again after `Retry-After`; raise the limit of open files (`ulimit -n`, `LimitNOFILE`).',
  },
  invalid_json: {
    status: 400,
    type: request,
    meaning: 'The body is not a JSON object (or not the multipart form that its content type announces).',
    remedy: 'Send valid JSON, UTF-8 encoded.',
  },
  invalid_request: {
    status: 400,
    type: request,
    meaning:
      'A field of the request is not of the kind that its dialect knows, so that it cannot be translated for the backend.',
    remedy: 'Correct the field that the message and `param` name.',
  },
  not_carried: {
    status: 400,
    type: request,
    meaning:
      'The request asks for something that no backend of the model can do in its own dialect, and without which the answer would mean something else.',
    remedy: 'Leave out what the message and `param` name, or use a model whose backend speaks your dialect.',
  },
  missing_model: {
    status: 400,
    type: request,
    meaning: 'The body has no `model`, or one that is no string.',
    remedy:
      'Name one of the models that `GET /v1/models` lists. Where the API needs none, `routing.default_alias` in the config says who serves ([protocols.md](protocols.md#requests-without-a-model)).',
  },
  invalid_body: {
    status: 400,
    type: request,
    meaning: 'The body ended before the length that was announced, or could not be read.',
    remedy: 'Send the request again.',
  },
  unsupported_encoding: {
    status: 415,
    type: request,
    meaning: 'The body has a content encoding that the gateway does not know, or more than two.',
    remedy: 'Use one that the `Accept-Encoding` of the answer names, or none.',
  },
  body_too_large: {
    status: 413,
    type: request,
    meaning: 'The body is over `server.max_body_mb`.',
    remedy: 'Send less, or raise `server.max_body_mb`.',
  },
  request_too_complex: {
    status: 400,
    type: request,
    meaning:
      'The request is nested deeper than `server.max_nesting`, or comes to more than `server.max_values` or `server.max_body_mb` with what its references stand for.',
    remedy: 'Send the part that the message names with fewer levels, values or references.',
  },
  model_not_found: {
    status: 404,
    type: request,
    meaning: 'No enabled model alias has this name.',
    remedy: 'Name one of the models that `GET /v1/models` lists; the message holds near names.',
  },
  unsafe_name: {
    status: 400,
    type: request,
    meaning:
      'A name in the request (of a model, mostly) has to stand in the URL of a backend and cannot: it would lead out of the path that the backend has, or holds characters that no URL has.',
    remedy: 'Send the name of a model as `GET /v1/models` lists it, without `..` between slashes.',
  },
  resource_not_found: {
    status: 404,
    type: request,
    meaning:
      'Nothing is kept under this id for this caller: it was never made here, belongs to another, or has been deleted.',
    remedy: 'Check the id. Only backends that speak the dialect of the request keep anything.',
  },
  previous_response_not_found: {
    status: 400,
    type: request,
    meaning: 'The response that `previous_response_id` names was never given to this caller, or is no longer known.',
    remedy: 'Send the conversation itself, or an id that this caller got.',
  },
  unknown_path: {
    status: 404,
    type: request,
    meaning: 'The gateway has no such endpoint.',
    remedy:
      'Check the base URL of the client: with `/v1` at its end for OpenAI, without for Anthropic and Gemini. [protocols.md](protocols.md#endpoints) lists what the gateway offers.',
  },
  passthrough_off: {
    status: 404,
    type: request,
    meaning: 'The path is of the rest of an API, which is passed through to a provider; that is off here.',
    remedy:
      'Set the key that the message names (`passthrough.openai`, `.anthropic` or `.gemini`) to the name of a backend.',
  },
  method_not_allowed: {
    status: 405,
    type: request,
    meaning: 'The endpoint exists, with another method.',
    remedy: 'Use a method of the `Allow` header.',
  },
  rate_limit_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    meaning: 'More requests came than `rate_limit` lets in; the message names which limit it was.',
    remedy: 'Wait for `Retry-After`, or raise the limit.',
  },
  budget_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    meaning:
      'A budget of the key, its team, the model or the gateway is used up, or what is left of it is held for requests under way. The message names it, what is spent, and when it begins anew. In a stream: nothing was left for the rest of it.',
    remedy:
      'Wait until it begins anew, or ask whoever runs the gateway to raise it (`usd`, `tokens` or `requests` of the budget). See [budgets.md](budgets.md).',
  },
  unpriced_model: {
    status: 403,
    type: request,
    meaning: 'No price is known for the model, and a budget in USD counts that lets no such model pass.',
    remedy:
      "Set the model's price, or `unpriced: allow` in the budget. See [budgets.md](budgets.md#models-without-a-price).",
  },
  concurrency_limit_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    meaning:
      'As many requests of this key, or of a team above it, are under way as its `max_concurrency` lets in at once; the message names which it is.',
    remedy: 'Send fewer at once, or wait until one has ended (`Retry-After` is a guess); or raise the limit.',
  },
  queue_full: {
    status: 503,
    type: server,
    meaning: 'As many requests run as `concurrency` allows, and the queue of those that wait is full.',
    remedy: "Try again after `Retry-After`; raise `max_requests`, `max_queue_size` or the backends' limits.",
  },
  queue_timeout: {
    status: 503,
    type: server,
    meaning: 'The request waited in the queue for as long as `concurrency.queue_timeout`.',
    remedy: "Try again after `Retry-After`; raise `max_requests` or the backends' limits.",
  },
  upstream_connection_failed: {
    status: 502,
    type: server,
    meaning: 'No backend could be reached, or the connection broke before an answer was whole.',
    remedy: 'See the attempts in the message; check the backends and the network between.',
  },
  upstream_broken_answer: {
    status: 502,
    type: server,
    meaning: 'The backend sent something that is no answer: broken JSON, a broken encoding, an impossible status.',
    remedy: "See the attempts in the message; check the backend's `url`.",
  },
  upstream_error: {
    status: 502,
    type: server,
    meaning:
      'The backend gave an answer that cannot be passed on: an error over 1 MiB, or one over 64 MiB that has to be translated.',
    remedy: 'See the attempts in the message.',
  },
  provider_refused: {
    status: 502,
    type: server,
    meaning:
      "The backend refused the gateway's own key or account (401, 402, 403, no quota left), and no other route served. The client's key is not at fault.",
    remedy: "Tell the operator: the log's ERROR names the backend, the end of its key and what to do.",
  },
  gateway_overloaded: {
    status: 503,
    type: server,
    meaning: 'The gateway itself has run out of open files, memory or ports, so that it cannot ask a backend.',
    remedy: 'Try again after `Retry-After`; raise the limit of open files (`ulimit -n`, `LimitNOFILE`).',
  },
  connect_timeout: {
    status: 504,
    type: server,
    meaning: 'The backend did not accept a connection within `connect_timeout`.',
    remedy: 'Check that the backend is up and reachable from here.',
  },
  first_byte_timeout: {
    status: 504,
    type: server,
    meaning: 'The backend accepted the request and did not begin an answer within `first_byte_timeout`.',
    remedy: 'Raise `first_byte_timeout` for slow models, or look at the backend.',
  },
  read_timeout: {
    status: 504,
    type: server,
    meaning: 'The backend began an answer and fell silent for longer than `read_timeout`.',
    remedy: 'Raise `read_timeout` for this backend, or look at it.',
  },
  total_timeout: {
    status: 504,
    type: server,
    meaning: 'The exchange, with all its tries and waits, took longer than `total_timeout`.',
    remedy: 'Raise `total_timeout`, or send a smaller request.',
  },
  write_timeout: {
    status: 504,
    type: server,
    meaning: 'The client took no byte of its answer for `write_timeout`, and was cut off. Seen in logs only.',
    remedy: 'Look at the client: it stopped reading.',
  },
  client_closed_request: {
    status: 499,
    type: request,
    meaning:
      'The client left before its answer was complete, or its connection was closed because it sent more bytes before that (pipelining, trailers): the HTTP server does not tell which. Seen in logs only.',
    remedy:
      'Raise the timeout of the client if it did not mean to; for one that got a bare 400, see [protocols.md](protocols.md#what-the-http-server-does-not-take).',
  },
  stream_interrupted: {
    status: 502,
    type: server,
    meaning: 'The stream had begun and its backend broke it off; what came before is incomplete.',
    remedy: 'Discard the partial answer and send the request again.',
  },
  overloaded_memory: {
    status: 503,
    type: server,
    meaning: 'The requests under way hold as much memory as `server.max_buffered_mb` allows.',
    remedy: 'Try again after `Retry-After`, or send less; raise `server.max_buffered_mb` where there is more memory.',
  },
  ledger_full: {
    status: 503,
    type: server,
    meaning:
      'The database of the ledger does not take rows, the journal is as large as `ledger.max_journal_mb`, and `ledger.on_full` is `refuse`.',
    remedy: 'Try again after `Retry-After`; bring the database back, or raise `ledger.max_journal_mb`.',
  },
  no_backend_available: {
    status: 503,
    type: server,
    meaning: 'Every backend of the model and of its fallbacks is disabled, cooling down or dead.',
    remedy: 'Wait for `Retry-After`; see the log for why they cool down.',
  },
  shutting_down: {
    status: 503,
    type: server,
    meaning: 'The gateway is stopping and takes no new requests.',
    remedy: 'Send the request again: another instance, or the restarted one, will take it.',
  },
  invalid_config: {
    status: 422,
    type: request,
    meaning:
      'The config that `POST /admin/reload` was to put into force is invalid; the old one stays. Seen in logs only: the answer lists the problems.',
    remedy: 'Correct what the answer, the log and `GET /admin/status` name; `llm-proxy check` names the same.',
  },
  not_found: {
    status: 404,
    type: request,
    meaning: 'The admin API has nothing of that id.',
    remedy: 'Look for it in the list at the path above.',
  },
  already_exists: {
    status: 409,
    type: request,
    meaning: 'There is something of that name, or the request was made before with another body.',
    remedy: 'Choose another name, or another `Idempotency-Key`.',
  },
  changed_meanwhile: {
    status: 412,
    type: request,
    meaning: 'Somebody has changed it since the version that `If-Match` names.',
    remedy: 'Read it again, and send the change with the version that it has now.',
  },
  read_only: {
    status: 409,
    type: request,
    meaning:
      'The key or the team stands in the config, which alone can change it. With 403: `admin.read_only` is set, and nothing can be changed.',
    remedy: 'Change it in the config.',
  },
  in_use: {
    status: 409,
    type: request,
    meaning: 'Keys or teams belong to the team.',
    remedy: 'Move or delete them first.',
  },
  storage_not_configured: {
    status: 501,
    type: request,
    meaning: 'What is asked for is kept in a database, and the config names none.',
    remedy: 'Set `data_dir` (SQLite) or `database` (PostgreSQL) in the config, and restart.',
  },
  storage_unavailable: {
    status: 503,
    type: server,
    meaning: 'The database cannot be used now. Requests for models are served all the same.',
    remedy: 'Do what the message says, and send the request again.',
  },
  internal_error: {
    status: 500,
    type: server,
    meaning: 'A bug in the gateway.',
    remedy: 'Report it with the trace ID; the log has the stack.',
  },
} as const satisfies Record<string, ErrorCode>;

/** A code of the table above. */
export type GatewayErrorCode = keyof typeof ERROR_CODES;

/** An error of the gateway's own making, on its way to the client, who gets it in its dialect. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly type: string;

  constructor(
    readonly code: GatewayErrorCode,
    message: string,
    readonly details: {
      readonly param?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly status?: number;
      /** What the code leaves open, for the log: which limit it is and its value, say. Never a word of a conversation. */
      readonly detail?: string;
      /** What is left of the limit that was reached; `resetMs`: until all of it is there again. */
      readonly limits?: { readonly limit: number; readonly remaining: number; readonly resetMs: number };
      /** The same of tokens. */
      readonly tokenLimit?: { readonly limit: number; readonly remaining: number; readonly resetMs: number };
    } = {},
  ) {
    super(message);
    this.status = details.status ?? ERROR_CODES[code].status;
    this.type = ERROR_CODES[code].type;
  }
}
