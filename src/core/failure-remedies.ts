import type { FailureKind } from './failure.ts';

/** What an operator does about each failure of an attempt. Markdown, as in docs/errors.md, which is made of it. */
export const REMEDIES: Readonly<Record<FailureKind, string>> = {
  connection_failed:
    "Check the backend's `url` and that its host is up and reachable from here: name, port, firewall, proxy, certificate. The detail is the system's word for it.",
  connection_reset:
    'Nothing, if it is rare. If it is not, look at the backend or at what stands between; `keep_alive: false` helps against servers that close connections without a word.',
  connect_timeout:
    'Check that the backend is up and reachable from here; raise `timeout.connect_timeout` if it is far away.',
  first_byte_timeout: 'Raise `timeout.first_byte_timeout` for a model that thinks long, or look at the backend.',
  read_timeout: 'Raise `timeout.read_timeout` for this backend, or look at it.',
  rate_limited:
    'Ask the provider for a higher limit, add another route, or slow clients down with `rate_limit`. It passes by itself: the backend rests as long as it asks to.',
  overloaded: 'Nothing, if it is rare: it passes by itself. Add a route at another provider.',
  server_error:
    "Look at the provider's status page; the answer's own words are in the log. Add a route at another provider.",
  refused:
    "Put a valid key into the backend's `api_key` (401), give the account access to the model (403), or add credit (402). The log's ERROR names the end of the key.",
  client_refused: "Set the backend's `api_key`, or have clients send a key that its provider accepts.",
  not_found: "Check the route's `model`, spelt as the provider spells it, and the backend's `url`.",
  bad_request:
    'Correct the request: the client has the message of the backend. If other clients get the same, the backend may speak another `protocol`. By default a 400 goes to the client as it is; another route is tried only where `detection.error_codes` has its status.',
  context_length:
    'Send less, or name an alias with a larger window under `fallback.alias_fallback`. Routes that name another model are tried first, then that alias (L2).',
  content_filter: "Change the prompt; it is the provider's verdict, which no other route is asked to overrule.",
  not_carried: 'Leave out what the message names, or add a route whose backend speaks the dialect of the client.',
  looped:
    "Correct the backend's `url`: it is the gateway's own address, or that of another gateway that has this one as a backend.",
  broken_answer: "Check the backend's `url` and `protocol`; the detail says what was wrong with the answer.",
  generation_failed: 'Nothing, if it is rare: another sample may go well. Else change the prompt or the model.',
  own_lack: 'Raise the limit of open files (`ulimit -n`, `LimitNOFILE`), or set `concurrency.max_requests`.',
  no_room: 'Raise `server.max_buffered_mb` if the machine has the memory, or lower `concurrency.max_requests`.',
  total_timeout: 'Raise `timeout.total_timeout`, or send a smaller request.',
  write_timeout: 'Look at the client: it stopped reading.',
  client_gone: 'Raise the timeout of the client, if it did not mean to leave.',
  hedge_lost:
    'Nothing: another route was tried beside it and answered first (`models.<alias>.hedge`), and this attempt was aborted. If it is always the same backend, give it a lower priority.',
  over_budget:
    'Raise the budget that the detail names, or have clients ask for shorter answers; `overrun: finish` lets streams come to their end.',
  shutting_down: 'Raise `server.shutdown_timeout` if answers take longer than that.',
};
