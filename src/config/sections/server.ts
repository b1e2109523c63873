import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { duration, REFUSED, secretText, text } from '../fields.ts';

const LEAST_SECRET_CHARS = 32;

export const serverSchema = z
  .strictObject({
    shutdown_timeout: duration()
      .prefault('30s')
      .describe('How long requests in flight may go on after SIGTERM or SIGINT before they are ended with an error.'),
    max_body_mb: z
      .number()
      .gt(0)
      .default(100)
      .describe('The largest request body accepted, in MiB. A larger one is answered with 413.'),
    secret: secretText('at least 32 characters as text, ${VARIABLE} or file:/path/to/it')
      .refine((value) => value.length === 0 || value.length >= LEAST_SECRET_CHARS, { params: REFUSED })
      .optional()
      .describe(
        'What ids of kept responses are sealed with, so that only the caller who got one can use it; at least 32 characters, the same on all nodes. Without it each process makes up its own: where there are `keys`, ids from before a restart, or from another node, are then unknown. Changing it makes all earlier ids unknown.',
      ),
    max_buffered_mb: z
      .number()
      .gt(0)
      .default(1024)
      .describe(
        'The most memory that requests may hold together, in MiB: bodies, what they come to when they are read, answers that are held. Whatever is beyond it gets 503 `overloaded_memory`. The process itself takes some more.',
      ),
  })
  .prefault({})
  .describe('The gateway as an HTTP server.');

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
          error: 'is no name of an environment variable (letters, digits and "_")',
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
        'Reverse proxies whose `X-Forwarded-For` is believed, as IP addresses or CIDRs. Without any, the client is whoever opened the connection.',
      ),
  })
  .prefault({})
  .describe('What is done to requests on their way.');

function isPeer(value: string): boolean {
  const [address = '', prefix] = value.split('/');
  // ipaddr.js reads "10" and "0x7f.1" as IPv4 addresses, as inet_aton does; here they are typing errors.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  return isAddress && (prefix === undefined || ipaddr.isValidCIDR(value));
}
