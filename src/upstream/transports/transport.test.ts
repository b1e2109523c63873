import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { chunk, exception, frame } from '../../../test/kit/event-frames.ts';
import { json, manual, pieces, splitEvery } from '../../../test/kit/replies.ts';
import { responseOf } from '../../../test/kit/response-of.ts';
import { settled } from '../../../test/kit/settled.ts';
import type { Script, SeenRequest, Upstream } from '../../../test/kit/upstream.ts';
import { startUpstream } from '../../../test/kit/upstream.ts';
import type { UpstreamCall, UpstreamRequest } from '../../core/route.ts';
import { Cancellation } from '../../lib/cancellation.ts';
import { placeBackend } from '../../vendors/place.ts';
import type { PlaceSettings } from '../../vendors/place.ts';
import { signatureHeaders } from './aws/signature.ts';
import { resolveBackend } from '../resolve.ts';
import { buildTransport, identityOf } from './transport.ts';

let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream(json(200, { ok: true }));
});

afterEach(() => settled(upstream));

afterAll(() => upstream.stop());

const BODY =
  '{ "model" : "alias", "max_tokens":9007199254740993, "messages":[{"role":"user","content":"\\u0068i"}], "stream":true}';

/** Sends `body` to a backend with these settings at the upstream, and returns what came back and what had arrived. */
async function send(
  settings: PlaceSettings,
  call: Partial<UpstreamCall>,
  { script = json(200, { ok: true }), ...more }: Partial<UpstreamRequest> & { script?: Script } = {},
): Promise<{ response: Response; seen: SeenRequest }> {
  upstream.script(script);
  const { port } = upstream;
  const { plan } = resolveBackend(
    { name: 'it', enabled: true, keep_alive: true, ...settings, url: settings.url ?? `http://127.0.0.1:${port}` },
    {},
  );
  const answer = await buildTransport(plan, {}).send({
    method: 'POST',
    target: '/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: BODY,
    cancellation: new Cancellation(),
    call: { operation: 'generate', model: 'm', stream: false, ...call },
    ...more,
  });
  return { response: responseOf(answer), seen: upstream.requests.at(-1)! };
}

describe('Azure', () => {
  test('the v1 API has the model in the body, which stays as it is', async () => {
    const { seen } = await send({ vendor: 'azure' }, { model: 'gpt' });
    expect(seen.path).toBe('/openai/v1/chat/completions');
    expect(seen.text).toBe(BODY);
  });

  test('the classic API has it in the path, and the version in the query', async () => {
    const settings = { vendor: 'azure', api_version: '2024-10-21' };
    const { seen } = await send(settings, { model: 'my gpt/4' });
    expect(seen.path).toBe('/openai/deployments/my%20gpt%2F4/chat/completions?api-version=2024-10-21');
    expect(seen.text).toBe(BODY);
    const { seen: queried } = await send(settings, { model: 'gpt' }, { target: '/embeddings?x=1' });
    expect(queried.path).toBe('/openai/deployments/gpt/embeddings?x=1&api-version=2024-10-21');
    const { seen: responses } = await send(settings, { model: 'gpt' }, { target: '/responses' });
    expect(responses.path).toBe('/openai/responses?api-version=2024-10-21');
    const { seen: check } = await send(settings, {}, { target: '/models', call: undefined });
    expect(check.path).toBe('/openai/models?api-version=2024-10-21');
  });

  test('a URL that names a deployment keeps it', async () => {
    const url = `http://127.0.0.1:${upstream.port}/openai/deployments/mine`;
    const { seen } = await send({ vendor: 'azure', api_version: '2024-10-21', url }, { model: 'other' });
    expect(seen.path).toBe('/openai/deployments/mine/chat/completions?api-version=2024-10-21');
  });
});

describe('Claude on Vertex AI', () => {
  const VERTEX = { vendor: 'vertex', protocol: 'anthropic', project: 'p', location: 'us-east5', api_key: 'token' };
  const MODELS = '/v1/projects/p/locations/us-east5/publishers/anthropic/models';

  test('the model stands in the path, the version in the body, and all else stays', async () => {
    const { seen } = await send(VERTEX, { model: 'claude-sonnet-4@20250514' }, { target: '/messages?beta=true' });
    expect(seen.path).toBe(`${MODELS}/claude-sonnet-4@20250514:rawPredict`);
    expect(seen.text).toBe(BODY.replace('{ "model" : "alias", ', '{"anthropic_version":"vertex-2023-10-16", '));
    const { seen: streamed } = await send(VERTEX, { model: 'c', stream: true }, { target: '/messages' });
    expect(streamed.path).toBe(`${MODELS}/c:streamRawPredict`);
  });

  test('tokens are counted at an address of its own, with the model in the body', async () => {
    const { seen } = await send(VERTEX, { operation: 'count_tokens' }, { target: '/messages/count_tokens' });
    expect(seen.path).toBe(`${MODELS}/count-tokens:rawPredict`);
    expect(seen.json).toEqual({ anthropic_version: 'vertex-2023-10-16', ...JSON.parse(BODY) });
  });

  test.each([
    ['{"error":{"code":429,"message":"Quota.","status":"RESOURCE_EXHAUSTED"}}', 429, 'rate_limit_error', 'Quota.'],
    ['[{"error":{"code":403,"message":"No."}}]', 403, 'permission_error', 'No.'],
    ['<html>', 502, 'api_error', 'Vertex AI gave no reason.'],
    ['{"type":"error","error":{"type":"overloaded_error","message":"Busy."}}', 529, 'overloaded_error', 'Busy.'],
  ])('the error %s is one of Anthropic', async (text, status, type, message) => {
    const { response } = await send(VERTEX, {}, { script: json(status, text, { 'retry-after': '7' }) });
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, '7']);
    expect(await response.json()).toEqual({ type: 'error', error: { type, message } });
  });

  test('a version that the client has put there stays', async () => {
    const body = '{"anthropic_version":"vertex-2024","model":"x"}';
    const { seen } = await send(VERTEX, {}, { body });
    expect(seen.text).toBe('{"anthropic_version":"vertex-2024"}');
  });
});

describe('Claude on Bedrock', () => {
  const KEYS = { access_key_id: 'AKIDEXAMPLE', secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  const BEDROCK = { vendor: 'bedrock', region: 'us-east-1', ...KEYS };
  const MODEL = 'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-v1:0';
  const PATH = '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.anthropic.claude-v1%3A0';
  const headers = {
    'content-type': 'application/json',
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'one-1, two-2',
    'x-api-key': 'the-clients',
    'x-amz-security-token': 'the-clients',
  };

  test('the request is that of InvokeModel', async () => {
    const { seen, response } = await send(BEDROCK, { model: MODEL }, { headers, target: '/messages?beta=true' });
    expect(seen.path).toBe(`${PATH}/invoke`);
    expect(seen.text).toBe(
      '{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["one-1","two-2"], "max_tokens":9007199254740993, "messages":[{"role":"user","content":"\\u0068i"}]}',
    );
    for (const name of ['anthropic-version', 'anthropic-beta', 'x-api-key', 'x-amz-security-token']) {
      expect(seen.headers[name]).toBeUndefined();
    }
    expect(await response.json()).toEqual({ ok: true });
  });

  test('the signature is that of what arrives', async () => {
    const { seen } = await send({ ...BEDROCK, session_token: 'TOKEN' }, { model: MODEL, stream: true }, { headers });
    expect(seen.path).toBe(`${PATH}/invoke-with-response-stream`);
    const { 'x-amz-date': date = '', host = '', 'content-type': contentType = '' } = seen.headers;
    const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
    const again = signatureHeaders(
      { method: 'POST', url: `http://${host}${seen.path}`, headers: { 'content-type': contentType }, body: seen.body },
      {
        keys: { accessKeyId: KEYS.access_key_id, secretAccessKey: KEYS.secret_access_key, sessionToken: 'TOKEN' },
        region: 'us-east-1',
        service: 'bedrock',
        nowMs: Date.parse(`${y}-${m}-${d}T${h}:${min}:${s}Z`),
      },
    );
    expect(seen.headers).toMatchObject(again);
    expect(seen.headers['authorization']).toContain('SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,');
  });

  test('with an API key nothing is signed', async () => {
    const { seen } = await send(
      { vendor: 'bedrock', region: 'us-east-1', api_key: 'key' },
      {},
      { headers: { authorization: 'Bearer key' } },
    );
    expect(seen.headers['authorization']).toBe('Bearer key');
    expect(seen.headers['x-amz-date']).toBeUndefined();
  });

  test('the OpenAI-compatible API is signed, and its requests stay as they are', async () => {
    const { seen } = await send({ ...BEDROCK, protocol: 'openai' }, {});
    expect(seen.path).toBe('/openai/v1/chat/completions');
    expect(seen.text).toBe(BODY);
    expect(seen.headers['authorization']).toStartWith('AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/');
  });

  const EVENTS = [
    { type: 'message_start', message: { id: 'msg_1' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüße 🎉\n' } },
    { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 1 } },
  ];
  const FRAMES = { headers: { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': 'r-1' } };

  test('a stream becomes that of Anthropic, whatever its pieces', async () => {
    const bytes = Buffer.concat([...EVENTS.map(chunk), frame({ ':event-type': 'other' }, '{}')]);
    for (const size of [1, 7, 64, bytes.byteLength]) {
      const script = pieces(splitEvery(bytes, size), FRAMES);
      const { response } = await send(BEDROCK, { stream: true }, { script });
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      expect(response.headers.get('request-id')).toBe('r-1');
      expect(await response.text()).toBe(
        EVENTS.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
      );
    }
  });

  test('an event goes out when it has come, before the next one', async () => {
    const script = manual();
    const sent = send(BEDROCK, { stream: true }, { script });
    await script.head(200, { ...FRAMES.headers, 'transfer-encoding': 'chunked' });
    const { response } = await sent;
    const reader = response.body!.getReader();
    for (const event of EVENTS) {
      await script.write(chunk(event));
      const { value } = await reader.read();
      expect(new TextDecoder().decode(value)).toStartWith(`event: ${event.type}\n`);
    }
    await script.end();
    expect((await reader.read()).done).toBe(true);
  });

  test.each([
    ['throttlingException', 'rate_limit_error'],
    ['modelStreamErrorException', 'api_error'],
    ['serviceUnavailableException', 'overloaded_error'],
    ['modelTimeoutException', 'timeout_error'],
    ['validationException', 'invalid_request_error'],
    ['somethingNewException', 'api_error'],
  ])('%s in a stream is an error event of type %s', async (name, type) => {
    const script = pieces([chunk(EVENTS[0]!), exception(name, 'Too "much"')], FRAMES);
    const { response } = await send(BEDROCK, { stream: true }, { script });
    const error = JSON.stringify({ type: 'error', error: { type, message: 'Too "much"' } });
    expect(await response.text()).toEndWith(`}\n\nevent: error\ndata: ${error}\n\n`);
  });

  test('an error without an exception is one as well', async () => {
    const headers = { ':message-type': 'error', ':error-code': 'internalServerException', ':error-message': 'Oh.' };
    const { response } = await send(BEDROCK, { stream: true }, { script: pieces([frame(headers, '')], FRAMES) });
    const error = { type: 'error', error: { type: 'api_error', message: 'Oh.' } };
    expect(await response.text()).toBe(`event: error\ndata: ${JSON.stringify(error)}\n\n`);
  });

  test('a damaged or cut stream breaks off, with a code that tells', async () => {
    const good = Buffer.concat(EVENTS.map(chunk));
    const damaged = Buffer.from(good);
    damaged[good.byteLength - 10]! ^= 1;
    for (const bytes of [damaged, good.subarray(0, -1)]) {
      const { response } = await send(BEDROCK, { stream: true }, { script: pieces([bytes], FRAMES) });
      expect(response.text()).rejects.toMatchObject({ code: 'event_stream_broken' });
    }
  });

  test('a client that leaves ends the upstream', async () => {
    const script = manual();
    const sent = send(BEDROCK, { stream: true }, { script });
    await script.head(200, { ...FRAMES.headers, 'transfer-encoding': 'chunked' });
    const { response, seen } = await sent;
    await response.body!.cancel();
    await seen.closed;
    expect(seen.outcome).toBe('aborted');
  });

  test.each([
    [429, 'ThrottlingException:http://internal.amazon.com/', 429, 'rate_limit_error'],
    [424, 'ModelErrorException', 500, 'api_error'],
    [400, 'ServiceQuotaExceededException', 429, 'rate_limit_error'],
    [400, 'ValidationException', 400, 'invalid_request_error'],
    [403, 'com.amazon.coral.service#UnrecognizedClientException', 401, 'authentication_error'],
    [404, '', 404, 'not_found_error'],
  ])('a %i %s is a %i %s', async (status, exceptionName, expected, type) => {
    const script = json(status, { message: 'No.' }, { 'x-amzn-errortype': exceptionName, 'retry-after': '7' });
    const { response } = await send(BEDROCK, {}, { script });
    expect(response.status).toBe(expected);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toEqual({ type: 'error', error: { type, message: 'No.' } });
  });

  test('tokens are counted', async () => {
    const body = '{"model":"x","messages":[],"thinking":{"type":"enabled","budget_tokens":2000}}';
    const script = json(200, { inputTokens: 42 });
    const { seen, response } = await send(BEDROCK, { operation: 'count_tokens', model: 'm:0' }, { body, script });
    expect(seen.path).toBe('/model/m%3A0/count-tokens');
    const { input } = seen.json;
    expect(JSON.parse(Buffer.from(input.invokeModel.body, 'base64').toString())).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 2001,
      messages: [],
      thinking: { type: 'enabled', budget_tokens: 2000 },
    });
    expect(await response.json()).toEqual({ input_tokens: 42 });
  });
});

test('what a transport depends on is its identity', () => {
  const base = { vendor: 'bedrock', region: 'us-east-1', access_key_id: 'AKID', secret_access_key: 'one' };
  const identities = [
    base,
    { ...base, secret_access_key: 'two' },
    { ...base, region: 'us-east-2' },
    { ...base, protocol: 'openai' },
    { vendor: 'openai' },
    { vendor: 'openai', api_key: 'sk-1' },
    { vendor: 'azure', url: 'https://a.openai.azure.com' },
    { vendor: 'azure', url: 'https://a.openai.azure.com', api_version: '1' },
  ].map((settings) => identityOf(resolveBackend({ name: 'a', enabled: true, keep_alive: true, ...settings }, {}).plan));
  expect(new Set(identities).size).toBe(identities.length);
  expect(placeBackend(base, {})).not.toHaveProperty('problems');
});
