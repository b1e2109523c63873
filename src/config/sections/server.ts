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
        'How long requests in flight may go on after SIGTERM or SIGINT before they are ended with an error. As long as `timeout.total_timeout`, it cuts no stream; whatever supervises the process has to wait 10s longer before it kills it.',
      ),
    max_body_mb: z
      .number()
      .gt(0)
      .default(100)
      .describe(
        'The largest request body accepted, in MiB. A larger one is answered with 413. What its references stand for may not come to more either.',
      ),
    secret: secretText('at least 32 characters as text, ${VARIABLE} or file:/path/to/it')
      .refine((value) => value.length === 0 || value.length >= LEAST_SECRET_CHARS, { params: REFUSED })
      .optional()
      .describe(
        'What ids of kept responses are sealed with, so that only the caller who got one can use it; at least 32 characters, the same on all nodes. Without it each process makes up its own: where there are `keys`, ids from before a restart, or from another node, are then unknown. Changing it makes all earlier ids unknown.',
      ),
    max_nesting: z
      .int()
      .min(16)
      .max(1000)
      .default(256)
      .describe(
        'How deep objects and lists may stand within each other in a body over 4 KiB, or in any that is translated. A deeper one is answered with 400; a deeper answer or event of a backend is a broken one.',
      ),
    max_values: z
      .int()
      .min(1000)
      .default(1_000_000)
      .describe(
        'How many objects, lists and texts there may be in such a body, those that schema references stand for counted each time. One with more is answered with 400. Numbers do not count. So many there may also be in an answer that is translated, and in one event of a stream.',
      ),
    max_buffered_mb: z
      .number()
      .gt(0)
      .default(1024)
      .describe(
        'The most memory that requests may hold together, in MiB: bodies, what they come to when they are read, answers that are held. Whatever is beyond it gets 503 `overloaded_memory`. The process itself takes some more.',
      ),
    idle_timeout: duration()
      .refine((ms) => ms <= MAX_IDLE_MS, {
        error: 'is longer than the HTTP server allows (at most 255s; 0 never closes a connection)',
      })
      .prefault('75s')
      .describe(
        'How long a connection may stay open between two requests, to within 4 seconds and at most 255s; keep it longer than the idle timeout of a load balancer in front. A connection with a request on it is never idle. The first request of a connection must have its head complete within about 10 seconds. 0 keeps idle connections for ever, as those over a Unix socket always are.',
      ),
    failed_keys_per_minute: z
      .number()
      .min(0)
      .default(60)
      .describe(
        'How many requests with a wrong key, or none, one client address (IPv6: each /64) may send a minute. Beyond it they get 429 and are logged once a second, all together. A right key always passes. 0: without limit.',
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
      .describe('The permissions of a Unix socket that is listened on, in octal.'),
    watchdog: duration()
      .refine((ms) => ms === 0 || ms >= MIN_WATCHDOG_MS, {
        error: 'is shorter than 1s (use 1s or more, or 0 to turn it off)',
      })
      .prefault('10s')
      .describe(
        'A process that does nothing for so long, not even notice the time, is ended with exit code 70 and a line in the log, so that whatever supervises it starts it anew. Time in which it was suspended does not count. 0: never.',
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
        'The origins whose pages may use the gateway from a browser, as browsers write them: scheme, host and port if it is not the usual one, without a path. `"*"` is every page, and needs `proxy_api_key`.',
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
        'The folder of system prompts, relative to this file: `<alias>.txt` for one alias, `*.md` with a head that says which aliases and where.',
      ),
    prompt_variables: z
      .array(
        text('name', 'the name of an environment variable').regex(/^(?:[A-Za-z_]\w*)?$/, {
          error: 'is not the name of an environment variable (letters, digits and "_")',
        }),
      )
      .default([])
      .describe(
        'The environment variables that system prompts may hold as `${NAME}` or `${NAME:-default}`: what they say goes to providers. Those that the gateway makes (`${_DATE}`, `${_OS}` and so on) always work; any other is an error.',
      ),
    forward_client_ip: z
      .boolean()
      .default(false)
      .describe("Sends the client's IP address to backends in `X-Forwarded-For`; otherwise that header is not sent."),
    trusted_proxies: z
      .array(peerSchema)
      .default([])
      .describe(
        'Reverse proxies whose `X-Forwarded-For` is believed, as IP addresses or CIDRs; `"unix:"` is whoever connects to a Unix socket. Without any, the client is whoever opened the connection.',
      ),
  })
  .prefault({})
  .describe('What is done to requests on their way.');

function isOrigin(value: string): boolean {
  return value === '*' || /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@\\,]+$/i.test(value);
}

function isPeer(value: string): boolean {
  if (value === 'unix:') return true;
  const [address = '', prefix] = value.split('/');
  // ipaddr.js reads "10" and "0x7f.1" as IPv4 addresses, as inet_aton does; here they are typing errors.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  return isAddress && (prefix === undefined || ipaddr.isValidCIDR(value));
}
