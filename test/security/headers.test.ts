// Which headers pass, up and down, and what never does.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { bigBody, chatAnswer, json, raw, status, streamOf } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { SeenRequest, Upstream } from '../kit/upstream.ts';
import { DIALECTS } from '../dialects/stage.ts';

const KEY = 'key-of-the-gateway-1234';
const BACKEND_KEY = 'key-of-the-backend-5678';
const CLIENT_KEY = 'key-of-the-client-9012';
const TURNS = [{ role: 'user', items: [{ text: 'Hello' }] }] as const;

let upstream: Upstream;
/** With a key of its own, and backends with keys. */
let guarded: Gateway;
/** Without a key of its own; some backends have keys, some have none. */
let open: Gateway;

function backends(keyed: boolean) {
  const origin = `http://127.0.0.1:${upstream.port}`;
  return DIALECTS.map(({ protocol, base }) => ({
    name: `${protocol}${keyed ? '' : '-keyless'}`,
    protocol,
    url: origin + base,
    ...(keyed ? { api_key: BACKEND_KEY } : {}),
  }));
}

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  const all = [
    ...backends(true),
    ...backends(false),
    { name: 'signed', url: `http://127.0.0.1:${upstream.port}/v1`, headers: { 'X-Api-Key': BACKEND_KEY } },
  ];
  const config = {
    backends: all,
    models: Object.fromEntries(all.map(({ name }) => [name, { routes: [{ backend: name, model: 'm' }] }])),
    fallback: { cooldown_seconds: 0, max_retries: 0 },
  };
  [guarded, open] = await Promise.all([
    startGateway({ config: { ...config, proxy_api_key: KEY } }),
    // Without a key it keeps pages out, but for this one.
    startGateway({ config: { ...config, cors: { origins: [OF_BROWSERS['origin']] } } }),
  ]);
});

beforeEach(() => upstream.script(status(400)));

afterAll(async () => {
  await settled(upstream);
  await Promise.all([guarded.stop(), open.stop()]);
  await upstream.stop();
});

type Headers = Readonly<Record<string, string>>;

async function asked(
  gateway: Gateway,
  [front, model]: readonly [(typeof DIALECTS)[number], string],
  headers: Headers,
  query = '',
): Promise<SeenRequest> {
  const from = upstream.requests.length;
  const { path, body } = front.request({ turns: TURNS }, model, false);
  await (await send(`${gateway.url}${path}${query}`, { headers, body })).whole();
  const seen = upstream.requests[from];
  if (seen === undefined) throw new Error('the upstream was not asked');
  return seen;
}

const ACCOUNTS: Headers = {
  'openai-organization': 'org-bogus',
  'openai-project': 'proj-bogus',
  'anthropic-workspace-id': 'w',
  'anthropic-organization-id': 'o',
  'chatgpt-account-id': 'a',
  'x-goog-user-project': 'other',
  'x-goog-iam-authorization-token': 't',
  'x-goog-request-params': 'project=other',
  'x-goog-fieldmask': 'none',
  'x-vertex-ai-llm-request-type': 'dedicated',
  'x-amz-security-token': 't',
  'x-amz-target': 't',
  'x-amzn-bedrock-guardrailidentifier': 'g',
  'x-ms-client-principal': 'p',
  'x-ms-client-request-id': 'i',
  'azure-subscription': 's',
  'ocp-apim-subscription-key': 'k',
  'cf-aig-authorization': 'Bearer x',
  'cf-access-client-secret': 's',
  'x-portkey-api-key': 'k',
  'x-portkey-provider': 'openai',
  'helicone-auth': 'Bearer x',
  'x-litellm-api-key': 'k',
  'x-llm-proxy-backend': 'b',
  'x-auth-token': 't',
  'x-access-token': 't',
  'x-vendor-project-id': 'p',
  x_tenant_id: 't',
  'x-workspace': 'w',
  'private-token': 't',
  'x-functions-key': 'k',
};
const OF_BROWSERS: Headers = {
  origin: 'https://page.example',
  referer: 'https://page.example/private',
  'sec-fetch-site': 'cross-site',
  'sec-ch-ua': '"x"',
  'access-control-request-headers': 'x',
};
/** What comes of the gateway's own under a name that a client's header does not pass under: its mark against loops. */
const ownOf = (name: string): string | undefined =>
  name === 'via' ? expect.stringMatching(/^1\.1 llm-proxy-[0-9a-f]{16}$/) : undefined;

const NEVER: Headers = {
  cookie: 'session=private',
  forwarded: 'for=1.2.3.4',
  via: '1.1 x',
  'x-real-ip': '1.2.3.4',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-prefix': '/x',
  'true-client-ip': '1.2.3.4',
  'x-original-url': '/admin',
  'x-rewrite-url': '/admin',
  'x-http-method-override': 'DELETE',
  'x-method-override': 'DELETE',
  'if-none-match': '*',
  'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT',
  range: 'bytes=0-0',
  'upgrade-insecure-requests': '1',
  'content-digest': 'sha-256=:x:',
  signature: 'sig1=:x:',
  'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA',
  'proxy-authorization': 'Basic eDp5',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: 'vendor=1',
  baggage: 'user=ann',
};
const PASS: Headers = {
  'user-agent': 'my-client/1.0',
  'idempotency-key': 'once',
  'x-custom': 'a, b;c="d"',
  'accept-language': 'en',
};
const OF_THE_DIALECT: Readonly<Record<string, Headers>> = {
  openai: { 'openai-beta': 'a=b', 'x-stainless-lang': 'js' },
  'openai-responses': { 'openai-beta': 'a=b', 'x-codex-turn-metadata': '{}', originator: 'codex_cli_rs' },
  anthropic: { 'anthropic-beta': 'a-1', 'anthropic-version': '2023-06-01', 'x-claude-code-session-id': 's' },
  gemini: { 'x-goog-api-client': 'genai-js/1' },
};
const SAME = DIALECTS.map((front) => [front.protocol, front] as const);

describe.each(SAME)('upwards, from a client of %s', (protocol, front) => {
  const all = { ...ACCOUNTS, ...OF_BROWSERS, ...NEVER, ...PASS, ...OF_THE_DIALECT[protocol] };

  test.each([
    ['the gateway has a key, the backend too', () => guarded, protocol, `Bearer ${KEY}`],
    ['the gateway has a key, the backend none', () => guarded, `${protocol}-keyless`, `Bearer ${KEY}`],
    ['the backend alone has a key', () => open, protocol, `Bearer ${CLIENT_KEY}`],
    ['the backend’s key is in its headers', () => open, 'signed', `Bearer ${CLIENT_KEY}`],
  ])(
    'accounts, browsers’ words and what is between servers stay here: %s',
    async (_when, gateway, model, authorization) => {
      const { headers } = await asked(gateway(), [front, model], { authorization, ...all });
      for (const name of Object.keys({ ...ACCOUNTS, ...OF_BROWSERS, ...NEVER })) {
        expect([name, headers[name]]).toEqual([name, ownOf(name)]);
      }
      expect(headers).toMatchObject(PASS);
      if (model !== 'signed') expect(headers).toMatchObject(OF_THE_DIALECT[protocol] ?? {});
      expect(JSON.stringify(headers)).not.toMatch(/key-of-the-(?:gateway|client)/);
    },
  );

  test('a client that is asked for with its own key says whose account that is', async () => {
    const authorization = `Bearer ${CLIENT_KEY}`;
    const { headers } = await asked(open, [front, `${protocol}-keyless`], { authorization, ...all });
    const { 'x-llm-proxy-backend': _own, ...accounts } = ACCOUNTS;
    expect(headers).toMatchObject({ ...accounts, ...PASS });
    for (const name of Object.keys(NEVER)) expect([name, headers[name]]).toEqual([name, ownOf(name)]);
    expect(JSON.stringify(headers)).toContain(CLIENT_KEY);
  });

  test.each([
    ['the gateway’s', () => guarded, KEY],
    ['the client’s', () => open, CLIENT_KEY],
  ])('%s key goes no further, wherever it stands', async (_whose, gateway, key) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'x-api-key': key,
      'api-key': key,
      'x-goog-api-key': key,
      'x-custom': key,
      'x-also': `Bearer ${key}`,
      'x-in-a-list': `a, ${key}, b`,
      'user-agent': `curl (${key})`,
      'x-stays': 'yes',
    };
    const query = `?key=${key}&api_key=${key}&mine=${key}&also=Bearer+${key}&${key}=1&stays=yes`;
    const seen = await asked(gateway(), [front, protocol], headers, query);
    expect(JSON.stringify(seen.rawHeaders) + seen.path).not.toContain(key);
    expect(seen.headers['x-stays']).toBe('yes');
    expect(seen.path).toContain('stays=yes');
  });

  test('nor does a backend’s, should a client know it', async () => {
    const headers = { authorization: `Bearer ${KEY}`, 'x-custom': BACKEND_KEY };
    const seen = await asked(guarded, [front, `${protocol}-keyless`], headers, `?a=${BACKEND_KEY}`);
    expect(JSON.stringify(seen.rawHeaders) + seen.path).not.toContain(BACKEND_KEY);
  });
});

/** What must not be believed to be the gateway's word. */
const WITHHELD: Headers = {
  'x-accel-redirect': '/internal',
  'x-accel-buffering': 'yes',
  'x-accel-expires': '99999',
  'x-sendfile': '/etc/passwd',
  'x-lighttpd-send-file': '/etc/passwd',
  'x-reproxy-url': 'http://169.254.169.254/',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'content-security-policy': "default-src 'none'",
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
  'cross-origin-opener-policy': 'same-origin',
  refresh: '0; url=https://evil.example',
  link: '<https://evil.example>; rel=preload',
  location: 'https://evil.example',
  'content-location': '/x',
  'clear-site-data': '"*"',
  nel: '{"report_to":"x","max_age":99}',
  'report-to': '{}',
  'reporting-endpoints': 'x="https://evil.example"',
  'set-cookie': 'a=1',
  'set-cookie2': 'a=1',
  'alt-svc': 'h2="evil.example:443"',
  'www-authenticate': 'Basic realm="evil"',
  'service-worker-allowed': '/',
  sourcemap: '/x.map',
  'x-frame-options': 'ALLOWALL',
  'x-xss-protection': '0',
  'cache-control': 'public, max-age=99999',
  expires: 'Thu, 01 Jan 2037 00:00:00 GMT',
  age: '1',
  vary: '*',
  server: 'cloudflare',
  'x-powered-by': 'Express',
  'x-llm-proxy-backend': 'forged',
  'x-llm-proxy-model': 'forged',
  'x-llm-proxy-attempts': '99',
  'x-llm-proxy-dropped': 'forged',
  'x-llm-proxy-cache': 'forged',
  'x-trace-id': 'forged',
  'openai-organization': 'the-operators',
  'openai-project': 'proj_of_the_operator',
  'anthropic-organization-id': 'the-operators',
  'x-unknown-of-anyone': 'x',
};
/** What clients and their SDKs go by. */
const PASSED: Headers = {
  'retry-after-ms': '1500',
  'openai-processing-ms': '12',
  'openai-version': '2020-10-01',
  'x-ratelimit-limit-requests': '100',
  'x-ratelimit-remaining-tokens': '99',
  'anthropic-ratelimit-tokens-remaining': '7',
  'x-request-id': 'req_1',
  'request-id': 'req_2',
  'cf-ray': 'r',
  'x-amzn-requestid': 'r',
  'x-ms-region': 'West Europe',
  'apim-request-id': 'r',
  'content-disposition': 'attachment; filename="a.mp3"',
  'x-groq-region': 'r',
  'x-codex-primary-used-percent': '1',
};

function withHeaders(kind: string): Reply {
  const headers = { ...WITHHELD, ...PASSED };
  switch (kind) {
    case 'a plain answer':
      return json(200, { id: 'x', choices: [{ index: 0, message: { role: 'assistant', content: 'hi' } }] }, headers);
    case 'a stream':
      return streamOf('hi', { headers });
    case 'an error':
      return status(400, { headers });
    case 'an error of a server':
      return status(503, { headers });
    default:
      return bigBody(3 * 1024 * 1024, headers);
  }
}

describe('downwards', () => {
  test.each(['a plain answer', 'a stream', 'an error', 'an error of a server', 'a long answer'])(
    'a list of headers passes, and nothing else: %s',
    async (kind) => {
      upstream.script(withHeaders(kind));
      const answer = await chat({ stream: kind === 'a stream' });
      await answer.whole();
      for (const [name, value] of Object.entries(WITHHELD)) {
        expect([name, answer.headers[name] === value]).toEqual([name, false]);
      }
      const own = ['content-type', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date'];
      const made = ['x-trace-id', 'x-content-type-options', 'x-should-retry', 'retry-after'];
      const told = ['x-llm-proxy-backend', 'x-llm-proxy-model', 'x-llm-proxy-attempts'];
      const ofStreams = kind === 'a stream' ? ['cache-control', 'x-accel-buffering'] : [];
      const known = new Set([...own, ...made, ...told, ...ofStreams, ...Object.keys(PASSED)]);
      expect(Object.keys(answer.headers).filter((name) => !known.has(name))).toEqual([]);
      expect(answer.headers).toMatchObject(PASSED);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['x-llm-proxy-backend']).toBe('openai');
    },
  );

  test('nothing holds a stream back', async () => {
    upstream.script(streamOf('hi', { headers: { 'x-accel-buffering': 'yes', 'cache-control': 'public' } }));
    const answer = await chat({ stream: true });
    await answer.whole();
    expect(answer.headers).toMatchObject({ 'x-accel-buffering': 'no', 'cache-control': 'no-cache' });
  });

  test.each([
    'text/html',
    'text/html; charset=utf-8',
    'TEXT/HTML',
    'application/json, text/html',
    'application/xhtml+xml',
    'image/svg+xml',
    'text/xml',
    'text/javascript',
    'multipart/x-mixed-replace; boundary=x',
  ])('a browser runs nothing of what it could: %s', async (type) => {
    const page = '<script>alert(document.domain)</script>';
    upstream.script(
      raw(`HTTP/1.1 400 Bad\r\ncontent-type: ${type}\r\ncontent-length: ${page.length}\r\n\r\n${page}`, { keep: true }),
    );
    const answer = await chat({});
    const { text } = await answer.whole();
    expect(text).toBe(page);
    expect(answer.headers['content-security-policy']).toBe("sandbox; default-src 'none'");
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  test.each([
    ['GET', '/v1/models', 200],
    ['GET', '/admin/backends', 200],
    ['GET', '/admin/status', 200],
    ['GET', '/nowhere', 404],
    ['POST', '/v1/chat/completions', 400],
    ['GET', '/v1/chat/completions', 405],
    ['GET', '/health', 200],
    ['GET', '/readyz', 200],
    ['GET', '/metrics', 200],
  ])('the gateway’s own answers are not guessed at either: %s %s', async (method, path, code) => {
    const headers = { authorization: `Bearer ${KEY}` };
    const answer = await send(guarded.url + path, { method, headers });
    await answer.whole();
    expect(answer.status).toBe(code);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });
});

async function chat({ stream = false }): Promise<RawAnswer> {
  const body = { model: 'openai', stream, messages: [{ role: 'user', content: 'Hello' }] };
  return await send(`${guarded.url}/v1/chat/completions`, { headers: { authorization: `Bearer ${KEY}` }, body });
}
