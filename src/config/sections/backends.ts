import { z } from 'zod';
import { HEADER_SAFE, headerSafeText, secret, text } from '../fields.ts';
import { timeoutOverridesSchema } from './timeout.ts';

const URL_ALLOWED = 'an http:// or https:// URL such as https://api.openai.com/v1, or "demo:"';

const urlSchema = text('URL', URL_ALLOWED).transform((value, context) => {
  if (value === 'demo:') return value;
  const found = baseUrl(value);
  if ('url' in found) return found.url;
  context.addIssue({ code: 'custom', message: found.problem });
  return z.NEVER;
});

const headersSchema = z
  .record(
    z.string().superRefine((name, context) => {
      const problem = headerNameProblem(name);
      if (problem) context.addIssue({ code: 'custom', message: problem });
    }),
    z
      .string()
      .refine((value) => value === '' || HEADER_SAFE.test(value), {
        error: 'holds characters that a header value cannot (printable ASCII without a space at either end)',
      })
      .meta({ kind: 'text', allowed: 'a header value as text', hidden: true }),
  )
  .optional();

export const backendSchema = z
  .strictObject({
    name: headerSafeText('name', 'a name that routes refer to').describe(
      'The name by which routes, logs and metrics call this backend; unique.',
    ),
    url: urlSchema.describe(
      'The base URL as OpenAI SDKs mean it: `https://api.openai.com/v1`. Exactly `demo:` is the embedded demo backend with the models `demo`, `demo-fail-503` (any status), `demo-flaky`, `demo-slow`, `demo-stall` and `demo-cut`.',
    ),
    api_key: secret()
      .optional()
      .describe("The provider's key. Without one, and without `proxy_api_key`, the client's own key is passed on."),
    enabled: z.boolean().default(true).describe('Whether routes to this backend are used.'),
    max_concurrency: z
      .number()
      .int()
      .gt(0)
      .optional()
      .describe('The most requests this backend gets at once; instead of `concurrency.per_backend_limit`.'),
    timeout: timeoutOverridesSchema.describe('Time limits for this backend, before those under `timeout`.'),
    headers: headersSchema.describe('Extra headers for every request to this backend, by name.'),
  })
  .describe('One provider: where it is, its key and its limits.');

/** Headers that belong to one connection or that the gateway has to set itself. */
const OWN_HEADERS = new Set(
  'host content-length transfer-encoding connection keep-alive proxy-connection te trailer upgrade expect'.split(' '),
);

function headerNameProblem(name: string): string | undefined {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return 'is no header name (letters, digits and hyphens)';
  if (OWN_HEADERS.has(name.toLowerCase())) return 'is a header that the gateway sets itself (any other header)';
  return undefined;
}

function baseUrl(value: string): { url: string } | { problem: string } {
  const url = URL.canParse(value) && /^https?:\/\//i.test(value) ? new URL(value) : undefined;
  if (!url || /\s/.test(value)) return { problem: `is no such URL (${URL_ALLOWED})` };
  if (url.username || url.password) return { problem: 'holds credentials (put the key into api_key)' };
  if (/[?#]/.test(value)) return { problem: 'holds a query or a fragment (a base URL that ends before "?" and "#")' };
  return { url: (url.origin + url.pathname).replace(/\/+$/, '') };
}
