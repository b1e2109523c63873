import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { duration, REFUSED, secretText, text } from '../fields.ts';

const LEAST_SECRET_CHARS = 32;

/** Bun counts in a byte. */
const MAX_IDLE_MS = 255_000;
/** A garbage collection or a slow disk is no hang. */
const MIN_WATCHDOG_MS = 1000;

export const serverSchema = z
  .strictObject({
    shutdown_timeout: duration()
      .prefault('30s')
      .describe(
        'How long requests in flight may continue after SIGTERM or SIGINT; then they end with an error. If it is as long as `timeout.total_timeout`, no stream is cut. The supervisor of the process has to wait 10s longer before it kills it.',
      ),
    max_body_mb: z
      .number()
      .gt(0)
      .default(100)
      .describe(
        'The largest request body accepted, in MiB. A larger one is answered with 413. The same limit holds for what its references expand to.',
      ),
    secret: secretText('at least 32 characters as text, ${VARIABLE} or file:/path/to/it')
      .refine((value) => value.length === 0 || value.length >= LEAST_SECRET_CHARS, { params: REFUSED })
      .optional()
      .describe(
        'Seals the ids of what providers keep (responses, files, batches), so that only the caller who got an id can use it; at least 32 characters, the same on all nodes. Without it each process makes its own: with `keys`, ids from before a restart or from another node are then unknown. Changing it makes all earlier ids unknown.',
      ),
    max_nesting: z
      .int()
      .min(16)
      .max(1000)
      .default(256)
      .describe(
        'How deep objects and lists may be nested in a body over 4 KiB, or in any body that is translated. A deeper one is answered with 400; a deeper answer or event of a backend counts as broken.',
      ),
    max_values: z
      .int()
      .min(1000)
      .default(1_000_000)
      .describe(
        'How many objects, lists and texts such a body may have; what a schema reference stands for counts each time, numbers do not count. One with more is answered with 400. The same limit holds for an answer that is translated, and for one event of a stream.',
      ),
    max_buffered_mb: z
      .number()
      .gt(0)
      .default(1024)
      .describe(
        'The most memory that requests may use together, in MiB: bodies, parsed bodies, and answers that are held. A request beyond it gets 503 `overloaded_memory`. The process itself needs some more.',
      ),
    idle_timeout: duration()
      .refine((ms) => ms <= MAX_IDLE_MS, {
        error: 'is longer than the HTTP server allows (at most 255s; 0 never closes a connection)',
      })
      .prefault('75s')
      .describe(
        'How long a connection may stay open between two requests, to within 4 seconds and at most 255s; keep it longer than the idle timeout of a load balancer in front. A connection with a request on it is never idle. The head of the first request must arrive within about 10 seconds. 0 keeps idle connections for ever; those of a Unix socket are always kept.',
      ),
    failed_keys_per_minute: z
      .number()
      .min(0)
      .default(60)
      .describe(
        'How many requests with a wrong key, or none, one client address (IPv6: each /64) may send a minute. More get 429 and are logged together, once a second. A correct key always passes. 0: no limit.',
      ),
    allowed_hosts: z
      .array(text('name', 'a host name such as llm.example.com, without a port'))
      .default([])
      .describe(
        'While the gateway has no key of its own: the host names, beside IP addresses, names without a dot, `*.localhost`, `*.local`, `*.lan`, `*.home.arpa`, `*.internal` and the host of `listen`, by which it may be reached. Any other is refused, so that no web page gets in by a name that it controls (DNS rebinding).',
      ),
    socket_mode: z
      .string()
      .regex(/^0?[0-7]{3}$/)
      .meta({ kind: 'text', allowed: 'an octal mode in quotes, such as "0660"' })
      .default('0660')
      .describe('The permissions of a Unix socket that the gateway listens on, in octal.'),
    watchdog: duration()
      .refine((ms) => ms === 0 || ms >= MIN_WATCHDOG_MS, {
        error: 'is shorter than 1s (use 1s or more, or 0 to turn it off)',
      })
      .prefault('10s')
      .describe(
        'A process that hangs for so long is ended with exit code 70 and a line in the log, so that its supervisor restarts it. Time in which it was suspended does not count. 0: never.',
      ),
  })
  .prefault({})
  .describe('The gateway as an HTTP server.');

/** `cors`: the web pages that may use the gateway. */
export const corsSchema = z
  .strictObject({
    origins: z
      .array(text('origin', 'an origin such as https://app.example.com, or "*"').refine(isOrigin, { params: REFUSED }))
      .default([])
      .describe(
        'The origins whose pages may use the gateway from a browser, as browsers write them: scheme, host, and the port if it is not the default one, without a path. `"*"` is every page, and needs `proxy_api_key`.',
      ),
  })
  .prefault({})
  .describe(
    'Which web pages may use the gateway. Without any, browsers keep pages of other origins out; pages let in still need the key, if there is one.',
  );

const peerSchema = text('CIDR', 'an IP address or CIDR such as 10.0.0.0/8 or 2001:db8::1').refine(isPeer, {
  params: REFUSED,
});

export const proxySchema = z
  .strictObject({
    enable_system_prompt: z
      .boolean()
      .default(false)
      .describe('Adds the system prompts of `system_prompt_dir` to requests.'),
    system_prompt_dir: text('path')
      .default('system_prompts')
      .describe(
        'The folder of system prompts, relative to this file: `<alias>.txt` for one alias, `*.md` with a head that says for which aliases and where.',
      ),
    prompt_variables: z
      .array(
        text('name', 'the name of an environment variable').regex(/^(?:[A-Za-z_]\w*)?$/, {
          error: 'is not the name of an environment variable (letters, digits and "_")',
        }),
      )
      .default([])
      .describe(
        'The environment variables that system prompts may use as `${NAME}` or `${NAME:-default}`: their values go to providers. Those of the gateway (`${_DATE}`, `${_OS}` and so on) always work; any other is an error.',
      ),
    forward_client_ip: z
      .boolean()
      .default(false)
      .describe("Sends the client's IP address to backends in `X-Forwarded-For`; otherwise that header is not sent."),
    trusted_proxies: z
      .array(peerSchema)
      .default([])
      .describe(
        'Reverse proxies whose `X-Forwarded-For` is trusted, as IP addresses or CIDRs; `"unix:"` is every peer on a Unix socket. Without any, the client is the peer of the connection.',
      ),
  })
  .prefault({})
  .describe('What is added to requests to backends.');

function isOrigin(value: string): boolean {
  return value === '*' || /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@\\,]+$/i.test(value);
}

/** Whether a text is an address, a CIDR, or `unix:`. */
export function isPeer(value: string): boolean {
  if (value === 'unix:') return true;
  const [address = '', prefix] = value.split('/');
  // ipaddr.js reads "10" and "0x7f.1" as IPv4 addresses, as inet_aton does; here they are typing errors.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  return isAddress && (prefix === undefined || ipaddr.isValidCIDR(value));
}
