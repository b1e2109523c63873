import { z } from 'zod';
import { DIALECTS } from '../../vendors/dialects.ts';
import { readGoogleAccount } from '../../vendors/google-account.ts';
import { VENDORS } from '../../vendors/vendors.ts';
import { HEADER_SAFE, headerSafeText, secret, secretText, text } from '../fields.ts';
import { factor } from './prices.ts';
import { quirksSchema } from './quirks.ts';
import { timeoutOverridesSchema } from './timeout.ts';

const URL_ALLOWED = 'an http:// or https:// URL such as https://api.openai.com/v1, or "demo:"';

const urlSchema = text('URL', URL_ALLOWED).transform((value, context) => {
  if (value === 'demo:') return value;
  const found = readBaseUrl(value);
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
        error: 'has characters that an HTTP header cannot carry (use printable ASCII, without a space at either end)',
      })
      .meta({ kind: 'secret', secret: true, allowed: 'a header value as text, ${VARIABLE} or file:/path/to/it' }),
  )
  .optional();

export const backendSchema = z
  .strictObject({
    name: headerSafeText('name', 'a name that routes refer to').describe(
      'The name by which routes, logs and metrics call this backend; unique.',
    ),
    vendor: z
      .enum(names(VENDORS))
      .optional()
      .describe(
        'Whose API it is; decides the URL, the dialects, the header of the key and other details. Without it, the host of `url` tells the vendor, and an unknown host speaks `openai`. Set it for a server on your own machine or network, whose host says nothing.',
      ),
    protocol: z
      .enum(names(DIALECTS))
      .optional()
      .describe(
        'The only dialect to use with it: OpenAI chat completions, OpenAI responses, Anthropic messages or Gemini. Without it, all that the vendor speaks: requests in one of these pass through, others are translated.',
      ),
    url: urlSchema
      .optional()
      .describe(
        "The base URL, as for the provider's SDK or OpenAI's: `https://api.openai.com/v1`, `https://NAME.openai.azure.com`. Not needed if the vendor has one; for a known vendor, the rest of the path is added. Exactly `demo:` is the embedded demo backend with the models `demo`, `demo-fail-503` (any status), `demo-flaky`, `demo-slow`, `demo-stall` and `demo-cut`.",
      ),
    api_key: secret()
      .optional()
      .describe(
        "The provider's key, sent in the vendor's header for it. Without one, and without `proxy_api_key`, the client's own key is passed on.",
      ),
    api_version: headerSafeText('text', 'a version such as 2024-10-21')
      .regex(/^[\w.-]*$/)
      .optional()
      .describe(
        'Azure: the `api-version` of the classic API, in which models are deployments in the path. Without it the v1 API is used.',
      ),
    region: placeName('region', 'such as us-east-1')
      .optional()
      .describe('Bedrock: the AWS region. Default: `AWS_REGION` of the environment.'),
    project: placeName('project', 'the ID of a Google Cloud project')
      .optional()
      .describe('Vertex AI: the Google Cloud project.'),
    location: placeName('location', 'global, or a region such as us-east5')
      .optional()
      .describe('Vertex AI: `global`, `us`, `eu` or a region such as `us-east5`.'),
    credentials: secretText("a service account's JSON key, best as file:/path/to/it.json")
      .superRefine((value, context) => {
        const account = value === '' ? undefined : readGoogleAccount(value);
        if (account === undefined || !('problem' in account)) return;
        context.addIssue({ code: 'custom', message: `${account.problem} (a service account's JSON key)` });
      })
      .optional()
      .describe(
        "Vertex AI: a service account's JSON key, best as `file:/run/secrets/vertex.json`. Instead of it, `api_key` may be an access token.",
      ),
    access_key_id: secret()
      .optional()
      .describe(
        'Bedrock: the AWS access key that requests are signed with. Default: `AWS_ACCESS_KEY_ID` and its companions of the environment. Instead of it, `api_key` may be a Bedrock API key.',
      ),
    secret_access_key: secret().optional().describe('Bedrock: the secret of `access_key_id`.'),
    session_token: secret().optional().describe('Bedrock: the session token of a temporary `access_key_id`.'),
    enabled: z.boolean().default(true).describe('Whether routes may use this backend.'),
    max_concurrency: z
      .number()
      .int()
      .gt(0)
      .optional()
      .describe('The most concurrent requests to this backend; overrides `concurrency.per_backend_limit`.'),
    keep_alive: z
      .boolean()
      .default(true)
      .describe(
        'Whether a connection to this backend serves one request after another. `false` opens one for each request: slower, but bytes that a backend sends after an answer can never be taken for the next answer.',
      ),
    trace: z
      .boolean()
      .optional()
      .describe(
        'Tells this backend of the trace that a request belongs to, in `traceparent` and `tracestate`: for servers of your own, such as vLLM. With `otel` its parent is the span of the attempt, without it the one that the client named. Providers are never told.',
      ),
    price_multiplier: factor()
      .optional()
      .describe(
        'What the list prices of this backend are multiplied by: `0.85` for 15 % off, `1.1` for a region that costs 10 % more. Prices of `prices` are what you pay, and stay as they are.',
      ),
    quirks: quirksSchema,
    timeout: timeoutOverridesSchema.describe('Time limits for this backend; they override those under `timeout`.'),
    headers: headersSchema.describe(
      'Extra headers for every request to this backend, by name. Their values are secret like `api_key`, and may be `file:PATH` as well.',
    ),
  })
  .describe('One provider: its address, key and limits.');

/** A name that ends up in a URL. */
function placeName(kind: string, allowed: string) {
  return text(kind, allowed).regex(/^[\w.:-]*$/);
}

function names(rows: readonly { readonly name: string }[]): [string, ...string[]] {
  return rows.map(({ name }) => name) as [string, ...string[]];
}

/** Headers that belong to one connection or that the gateway has to set itself. */
const OWN_HEADERS = new Set(
  'host content-length transfer-encoding connection keep-alive proxy-connection te trailer upgrade expect'.split(' '),
);

function headerNameProblem(name: string): string | undefined {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return 'is not a valid header name (letters, digits and hyphens)';
  if (OWN_HEADERS.has(name.toLowerCase())) return 'is a header that the gateway sets itself (remove it)';
  return undefined;
}

/** A base URL without a slash at its end, or what is wrong with it. */
export function readBaseUrl(value: string): { url: string } | { problem: string } {
  const url = URL.canParse(value) && /^https?:\/\//i.test(value) ? new URL(value) : undefined;
  if (!url || /\s/.test(value)) return { problem: `is not a valid URL (${URL_ALLOWED})` };
  if (url.username || url.password) return { problem: 'has credentials in it (put the key into api_key)' };
  if (/[?#]/.test(value)) return { problem: 'has a query or a fragment (remove "?" or "#" and what follows it)' };
  return { url: (url.origin + url.pathname).replace(/\/+$/, '') };
}
