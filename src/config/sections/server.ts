import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { duration, REFUSED, text } from '../fields.ts';

export const serverSchema = z
  .strictObject({
    shutdown_timeout: duration()
      .prefault('30s')
      .describe('How long requests in flight may go on after SIGTERM or SIGINT before they are ended with an error.'),
    max_body_mb: z
      .number()
      .gt(0)
      .default(100)
      .describe(
        'The largest request body accepted, in MiB. A larger one is answered with 413. What its references stand for may not come to more either.',
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
