import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, chatEvents, cutAfter, json, manual, sse, stallAfter, status, streamOf } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'a-key/of+the"gateway~1234';
const FIRST_KEY = 'sk-first-0123456789abcdef';
const HEADER_SECRET = 'a-secret-in-a-header-7777';
const SECRETS = [KEY, FIRST_KEY, HEADER_SECRET];
const ESCAPE = '\u001B';
const DAY = /^\d{4}-\d\d-\d\d(\.\d+)?\.log$/;

let first: Upstream;
let second: Upstream;
let gateway: Gateway;
/** The same with bodies in its log. */
let debugging: Gateway;

beforeAll(async () => {
  first = await startUpstream(chatAnswer('1'));
  second = await startUpstream(chatAnswer('2'));
  const logging = { base_dir: './logs', separate_files: true, level: 'debug', console_level: 'debug' };
  [gateway, debugging] = await Promise.all([
    startGateway({ config: configOf({ ...logging, console_format: 'json' }) }),
    startGateway({ config: configOf({ ...logging, debug_mode: true, console_format: 'markdown' }) }),
  ]);
});

beforeEach(() => {
  first.script(chatAnswer('1'));
  second.script(chatAnswer('2'));
});

afterAll(async () => {
  await settled(first, second);
  await Promise.all([gateway, debugging].map((one) => one.stop()));
  await Promise.all([first, second].map((upstream) => upstream.stop()));
});

function configOf(logging: object): object {
  const routes = (...names: string[]) => ({
    routes: names.map((backend, index) => ({ backend, model: `${backend}-model`, priority: index + 1 })),
  });
  return {
    proxy_api_key: KEY,
    backends: [
      { name: 'first', url: first.url, api_key: FIRST_KEY, headers: { 'x-extra': HEADER_SECRET } },
      { name: 'second', url: second.url },
    ],
    models: { one: routes('first'), pair: routes('first', 'second'), leads: routes('first'), rescue: routes('second') },
    fallback: { cooldown_seconds: 0, max_retries: 0, alias_fallback: { leads: ['rescue'] } },
    logging,
  };
}

interface Asked {
  readonly answer: RawAnswer;
  readonly text: string;
  readonly traceId: string;
}

let asked = 0;

async function ask(
  body: object | string,
  { at = gateway, path = '/v1/chat/completions', headers = {}, method = 'POST' } = {},
): Promise<Asked> {
  const traceId = `trace-${asked++}`;
  const answer = await send(`${at.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', 'x-trace-id': traceId, ...headers },
    ...(method === 'GET' ? {} : { body }),
  });
  const { text } = await answer.whole();
  return { answer, text, traceId };
}

function chat(model: string, more: object = {}, content = 'Hello'): object {
  return { model, messages: [{ role: 'user', content }], ...more };
}

function lineOf({ traceId }: { readonly traceId: string }, at = gateway): Promise<Json> {
  return eventually(() => at.logs().find((line) => line.trace_id === traceId));
}

/** Every file under the log folder by its path there. */
function filesOf({ dir }: Gateway, folder = 'logs'): Map<string, string> {
  const root = join(dir, folder);
  const names = existsSync(root) ? (readdirSync(root, { recursive: true }) as string[]) : [];
  const files = names.filter((name) => name.endsWith('.log'));
  return new Map(files.map((name) => [name.replaceAll('\\', '/'), readFileSync(join(root, name), 'utf8')]));
}

/** Everything that was written anywhere. */
function everything(at: Gateway): string {
  return [...filesOf(at).values(), at.stdout(), at.stderr()].join('\n');
}

/** Resolves when what was logged so far has been written: the line of one more request has. */
async function written(at: Gateway): Promise<void> {
  const last = await ask({}, { at });
  await lineOf(last, at);
  // Files are written apart from each other, and the console from them.
  await eventually(() => at.logs('errors').some((line) => line.trace_id === last.traceId));
  await Bun.sleep(100);
}

describe('the line of a request', () => {
  test('has its fields, of their types', async () => {
    const got = await ask(chat('one'));
    const line = await lineOf(got);
    expect(line).toEqual({
      level: 'info',
      ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      msg: expect.any(String),
      trace_id: got.traceId,
      client_ip: '127.0.0.1',
      caller: 'proxy',
      method: 'POST',
      path: '/v1/chat/completions',
      alias: 'one',
      model: 'first-model',
      backend: 'first',
      stream: false,
      status: 200,
      duration_ms: expect.any(Number),
      ttft_ms: expect.any(Number),
      queue_ms: 0,
      attempts: 1,
      prompt_tokens: 10,
      completion_tokens: 5,
      cached_tokens: null,
      cost_usd: null,
      unpriced: true,
      bytes_in: JSON.stringify(chat('one')).length,
      bytes_out: got.text.length,
      error_code: null,
    });
    expect(Math.abs(Date.parse(line.ts) - Date.now())).toBeLessThan(60_000);
    expect(line.ttft_ms).toBeLessThanOrEqual(line.duration_ms);
    expect(Object.keys(line).slice(0, 3)).toEqual(['level', 'ts', 'msg']);
  });

  test('of a stream, with the tokens that it reported', async () => {
    const usage = { prompt_tokens: 31, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 24 } };
    first.script(sse([...chatEvents('a b'), { object: 'chat.completion.chunk', choices: [], usage }]));
    const got = await ask(chat('one', { stream: true }));
    expect(await lineOf(got)).toMatchObject({
      stream: true,
      status: 200,
      prompt_tokens: 31,
      completion_tokens: 7,
      cached_tokens: 24,
      bytes_out: got.text.length,
    });
  });

  test('without usage the tokens are null, never guessed', async () => {
    first.script(chatAnswer('1', { usage: null }));
    const tokens = { prompt_tokens: null, completion_tokens: null, cached_tokens: null };
    expect(await lineOf(await ask(chat('one')))).toMatchObject(tokens);
    first.script(sse(chatEvents('a b')));
    expect(await lineOf(await ask(chat('one', { stream: true })))).toMatchObject(tokens);
  });

  test('of an answer too long to be held has the usage at its end', async () => {
    const usage = { prompt_tokens: 31, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 24 } };
    const choices = [
      { index: 0, message: { role: 'assistant', content: 'x'.repeat(1_500_000) }, finish_reason: 'stop' },
    ];
    first.script(json(200, { id: 'c', object: 'chat.completion', choices, usage, service_tier: 'default' }));
    const tokens = { prompt_tokens: 31, completion_tokens: 7, cached_tokens: 24 };
    expect(await lineOf(await ask(chat('one')))).toMatchObject(tokens);
  });

  test('has the tries when there were several', async () => {
    first.script(status(429, { code: 'rate_limit_exceeded', message: 'of the first' }));
    const line = await lineOf(await ask(chat('pair')));
    expect(line).toMatchObject({ level: 'warn', status: 200, backend: 'second', attempts: 2, error_code: null });
    expect(line.tries).toHaveLength(2);
    expect(line.tries[0]).toMatchObject({
      backend: 'first',
      model: 'first-model',
      status: 429,
      ms: expect.any(Number),
    });
    expect(line.tries[0].failure).toBeString();
    expect(line.tries[1]).toMatchObject({ backend: 'second', model: 'second-model', status: 200 });
    expect(line.tries[1].failure).toBeUndefined();
    first.script(chatAnswer('1'));
    expect((await lineOf(await ask(chat('pair')))).tries).toBeUndefined();
  });

  test('after L2 names the alias that was asked for, and what served', async () => {
    first.script(cutAfter(3));
    const line = await lineOf(await ask(chat('leads')));
    expect(line).toMatchObject({ alias: 'leads', backend: 'second', model: 'second-model', status: 200, attempts: 2 });
    expect(line.tries[0]).toMatchObject({ backend: 'first', failure: expect.any(String) });
  });

  test('of a stream that broke off says so', async () => {
    const reply = manual();
    first.script(reply);
    const answered = send(`${gateway.url}/v1/chat/completions`, {
      headers: { authorization: `Bearer ${KEY}`, 'x-trace-id': 'broken-off' },
      body: chat('one', { stream: true }),
    });
    await reply.head();
    for (const event of chatEvents('a b').slice(0, 2)) await reply.event(event);
    await (await answered).textUntil('"a"');
    await reply.destroy();
    const line = await lineOf({ traceId: 'broken-off' });
    expect(line).toMatchObject({ level: 'error', status: 200, stream: true, interrupted: true });
    expect(line.error_code).toBeString();
  });

  test('of a client that left: 499', async () => {
    first.script(stallAfter(chatEvents('a b').slice(0, 2)));
    const answer = await send(`${gateway.url}/v1/chat/completions`, {
      headers: { authorization: `Bearer ${KEY}`, 'x-trace-id': 'left' },
      body: chat('one', { stream: true }),
    });
    await answer.textUntil('"a"');
    answer.leave();
    expect(await lineOf({ traceId: 'left' })).toMatchObject({ status: 499, error_code: 'client_closed_request' });
  });

  test.each([
    [401, 'invalid_api_key', '/v1/chat/completions', { headers: { authorization: 'Bearer wrong' } }],
    [404, 'unknown_path', '/v1/nothing', {}],
    [404, 'model_not_found', '/v1/embeddings', {}],
    [405, 'method_not_allowed', '/v1/chat/completions', { method: 'GET' }],
  ])('of a refused one is there too: %i %s', async (code, error_code, path, more) => {
    const line = await lineOf(await ask(chat('unknown-alias'), { path, ...more }));
    expect(line).toMatchObject({
      level: 'warn',
      status: code,
      error_code,
      path,
      client_ip: '127.0.0.1',
      backend: null,
      model: null,
      attempts: 0,
      prompt_tokens: null,
      bytes_out: expect.any(Number),
      duration_ms: expect.any(Number),
    });
  });

  test('has no query, for keys travel in it', async () => {
    await lineOf(await ask(chat('one'), { path: '/v1/chat/completions?key=plainquerykey12345&x=y' }));
    await written(gateway);
    expect(everything(gateway)).not.toContain('plainquerykey12345');
  });

  test('stays one line, whatever the client writes', async () => {
    const model = 'a\nb\r{"level":"error"}\u001B[31m\u2028c';
    const line = await lineOf(await ask(chat(model)));
    expect(line).toMatchObject({ alias: model, status: 404 });
  });
});

describe('files', () => {
  test('requests and errors by day, everything else in general.log, each line JSON', async () => {
    const good = await ask(chat('one'));
    const bad = await ask(chat('unknown'));
    first.script(status(500));
    const failed = await ask(chat('one'));
    const rescued = await ask(chat('pair'));
    gateway.signal('SIGHUP');
    await eventually(() => filesOf(gateway).get('general.log')?.includes('reloaded'));
    await written(gateway);
    const files = filesOf(gateway);
    expect([...files.keys()].filter((name) => !name.includes('/'))).toEqual(['general.log']);
    for (const name of files.keys()) {
      const [folder, file] = name.includes('/') ? name.split('/') : ['.', name];
      if (folder !== '.') expect(['requests', 'errors']).toContain(folder ?? '');
      if (folder !== '.') expect(file).toMatch(DAY);
    }
    for (const text of files.values()) {
      expect(text.endsWith('\n')).toBe(true);
      for (const line of text.split('\n').slice(0, -1)) {
        expect(JSON.parse(line)).toMatchObject({
          level: expect.any(String),
          ts: expect.any(String),
          msg: expect.any(String),
        });
      }
    }
    const idsOf = (folder: 'requests' | 'errors'): string[] => gateway.logs(folder).map((line) => line.trace_id);
    for (const { traceId } of [good, bad, failed, rescued]) {
      expect(idsOf('requests').filter((id) => id === traceId)).toHaveLength(1);
      const isError = traceId === bad.traceId || traceId === failed.traceId;
      expect(idsOf('errors').filter((id) => id === traceId)).toHaveLength(isError ? 1 : 0);
      expect(files.get('general.log')).not.toContain(`"${traceId}","client_ip"`);
    }
  });

  test('without separate_files all lines are in general.log; text is key=value; the console may be plain', async () => {
    const one = await startGateway({
      config: configOf({ base_dir: './elsewhere', format: 'text', console_format: 'plain', separate_files: false }),
    });
    const got = await ask(chat('one'), { at: one });
    await ask(chat('no such model'), { at: one });
    await eventually(() => /status=404/.test(filesOf(one, 'elsewhere').get('general.log') ?? ''));
    const files = filesOf(one, 'elsewhere');
    expect([...files.keys()]).toEqual(['general.log']);
    const line =
      files
        .get('general.log')
        ?.split('\n')
        .find((text) => text.includes(got.traceId)) ?? '';
    expect(line).toMatch(/^level=info ts=\S+ msg=request /);
    for (const pair of ['alias=one', 'backend=first', 'status=200', 'stream=false', 'prompt_tokens=10']) {
      expect(` ${line} `).toContain(` ${pair} `);
    }
    expect(files.get('general.log')).toContain('alias="no such model"');
    await eventually(() => one.stderr().includes('404'));
    // Neither colours nor emphasis.
    expect(one.stderr()).not.toMatch(new RegExp(`${ESCAPE}|\\*\\*`));
    expect(await one.stop()).toBe(0);
  });

  test('are rotated by size, and no line is lost or doubled', async () => {
    const small = await startGateway({
      config: configOf({ base_dir: './logs', separate_files: true, max_file_size_mb: 0.003 }),
    });
    const ids: string[] = [];
    for (let round = 0; round < 4; round++) {
      for (let n = 0; n < 6; n++) ids.push((await ask(chat('one'), { at: small })).traceId);
      await eventually(() => small.logs().length === ids.length);
    }
    const names = [...filesOf(small).keys()].filter((name) => name.startsWith('requests/'));
    expect(names.length).toBeGreaterThan(2);
    expect(names.some((name) => /^requests\/\d{4}-\d\d-\d\d\.000001\.log$/.test(name))).toBe(true);
    expect(names.some((name) => /^requests\/\d{4}-\d\d-\d\d\.000002\.log$/.test(name))).toBe(true);
    expect(small.logs().map((line) => line.trace_id)).toEqual(ids);
    expect(await small.stop()).toBe(0);
  });

  test('older than max_age_days are deleted; others are not', async () => {
    const kept = ['logs/requests/notes.txt', 'logs/errors/2999-01-01.log', 'logs/requests/my-2020-01-01.log'];
    const old = ['logs/requests/2020-01-01.log', 'logs/requests/2020-01-01.3.log', 'logs/errors/2021-12-31.log'];
    const one = await startGateway({
      config: configOf({ base_dir: './logs', separate_files: true, max_age_days: 3 }),
      files: Object.fromEntries([...kept, ...old].map((path) => [path, ''])),
    });
    await ask(chat('one'), { at: one });
    await eventually(() => old.every((path) => !existsSync(join(one.dir, path))));
    for (const path of kept) expect(existsSync(join(one.dir, path))).toBe(true);
    expect(await one.stop()).toBe(0);
  });

  test('that cannot be written harm no request, and that is said once', async () => {
    const blocked = await startGateway({
      config: configOf({ base_dir: './blocked', separate_files: true }),
      files: { blocked: 'a file where a folder should be' },
    });
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 5; n++) expect((await ask(chat('one'), { at: blocked })).answer.status).toBe(200);
      await Bun.sleep(150);
    }
    await eventually(() => blocked.stderr().includes('cannot be written'));
    expect(blocked.stderr().match(/cannot be written/g)).toHaveLength(1);
    expect(await blocked.stop()).toBe(0);
  });

  test('none with an empty base_dir', async () => {
    const one = await startGateway({ config: configOf({ base_dir: '', console_format: 'json' }) });
    const { traceId } = await ask(chat('one'), { at: one });
    await eventually(() => one.stderr().includes(traceId));
    expect((readdirSync(one.dir, { recursive: true }) as string[]).filter((name) => name.includes('log'))).toEqual([]);
    expect(await one.stop()).toBe(0);
  });
});

describe('the console', () => {
  test('json has the same line as the file', async () => {
    const got = await ask(chat('one'));
    const line = await lineOf(got);
    const shown = await eventually(() =>
      gateway
        .stderr()
        .split('\n')
        .find((text) => text.includes(got.traceId)),
    );
    expect(JSON.parse(shown)).toEqual(line);
  });

  test('markdown puts what matters in bold, and control characters are shown, not sent', async () => {
    await ask(chat('nope\u001B[31m\nINFO forged'), { at: debugging });
    const shown = await eventually(() =>
      debugging
        .stderr()
        .split('\n')
        .find((text) => text.includes('forged')),
    );
    expect(shown).toMatch(/WARN .*\*\*404.*\*\*/);
    expect(debugging.stderr()).not.toContain(ESCAPE);
    expect(debugging.stderr()).not.toMatch(/^INFO forged/m);
  });

  test('tells the tries of a rescued request', async () => {
    first.script(status(503, { type: 'overloaded_error' }));
    const got = await ask(chat('pair'), { at: debugging });
    const from = await eventually(() => {
      const at = debugging.stderr().indexOf(got.traceId);
      return at !== -1 && debugging.stderr().slice(at).includes('2. ') && debugging.stderr().slice(at);
    });
    expect(from).toMatch(
      /\n  1\. first\/first-model    \*\*503 overloaded\*\* .*\n     provider said: .*\n  2\. second\/second-model  200 /,
    );
  });

  test.each([
    ['has colours where they are forced', { FORCE_COLOR: '1' }, `${ESCAPE}[1m404 model_not_found${ESCAPE}[22m`, '**'],
    ['has neither colours nor stars where the terminal is dumb', { TERM: 'dumb' }, 'WARN  404 model_not_found', ESCAPE],
    ['has no colours where they are refused', { NO_COLOR: '1', FORCE_COLOR: '1' }, 'WARN  404 model_not_found', ESCAPE],
    ['has no stars where there is no terminal', {}, 'WARN  404 model_not_found', '**'],
  ])('%s', async (_what, env, shown, never) => {
    const one = await startGateway({ config: configOf({ base_dir: '' }), env });
    await ask(chat('nope'), { at: one });
    await eventually(() => one.stderr().includes(shown));
    expect(one.stderr()).not.toContain(never);
    // What goes to stdout has none, whatever stderr is.
    expect(one.stdout()).not.toContain(ESCAPE);
    expect(await one.stop()).toBe(0);
  });

  test('names callers of a gateway without keys by a digest of what they sent', async () => {
    const open = await startGateway({
      config: {
        backends: [{ name: 'demo', url: 'demo:' }],
        models: {},
        logging: { base_dir: './logs', separate_files: true },
      },
    });
    const callers: unknown[] = [];
    for (const sent of [{ authorization: 'Bearer one' }, { authorization: 'Bearer two' }, { 'x-api-key': 'one' }, {}]) {
      const traceId = `caller-${callers.length}`;
      const headers = { ...sent, 'x-trace-id': traceId };
      await (await send(`${open.url}/v1/chat/completions`, { body: chat('demo'), headers })).whole();
      callers.push((await lineOf({ traceId }, open)).caller);
    }
    const [one, two, again, none] = callers;
    expect(one).toMatch(/^client:[0-9a-f]{16}$/);
    expect(two).toMatch(/^client:[0-9a-f]{16}$/);
    expect([again, none]).toEqual([one, 'anonymous']);
    expect(two).not.toBe(one);
    expect(await open.stop()).toBe(0);
  });

  test('has messages as they are where there is no terminal', async () => {
    const one = await startGateway({ config: configOf({ base_dir: '' }) });
    const message = '<html> no *model* [here] `now`';
    first.script(status(503, { type: 'overloaded_error', message }));
    await ask(chat('one'), { at: one });
    await eventually(() => one.stderr().includes(`provider said: ${message}`));
    expect(await one.stop()).toBe(0);
  });

  test('has markdown where that is asked for, terminal or not', async () => {
    const one = await startGateway({ config: configOf({ base_dir: '', console_format: 'markdown' }) });
    await ask(chat('nope'), { at: one });
    await eventually(() => one.stderr().includes('**404 model_not_found**'));
    expect(await one.stop()).toBe(0);
  });

  test('takes only what is grave enough; files still have every request', async () => {
    const quiet = await startGateway({
      config: configOf({ base_dir: './logs', separate_files: true, level: 'error', console_level: 'error' }),
    });
    const ids = [(await ask(chat('one'), { at: quiet })).traceId, (await ask(chat('none'), { at: quiet })).traceId];
    first.script(status(500));
    ids.push((await ask(chat('one'), { at: quiet })).traceId);
    await eventually(() => quiet.logs().length === 3 && quiet.stderr().includes(ids[2] ?? ''));
    expect(quiet.logs().map((line) => line.trace_id)).toEqual(ids);
    expect(quiet.stderr()).not.toMatch(/INFO|WARN/);
    expect(await quiet.stop()).toBe(0);
    expect(quiet.stderr()).not.toMatch(/INFO|WARN/);
  });
});

describe('masking', () => {
  test.each([
    ['sk-abcdefghijklmnopcdef', 'sk-****ef'],
    ['Bearer abcdefghijklmnopqrstuvwx', 'Bearer abc****vwx'],
    ['AIzaSyA0123456789abcdefghijklmnopqrstuv', 'AIzaS****stuv'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijklmnop', 'eyJhb****mnop'],
    ['https://user:hunter2@example.com/v1', 'https://user:****@example.com/v1'],
    [`in (${FIRST_KEY}) a text`, 'in (sk-****def) a text'],
    [KEY, 'a-k****234'],
  ])('%p shows as %p', async (model, shown) => {
    expect((await lineOf(await ask(chat(model)))).alias).toBe(shown);
    expect(everything(gateway)).not.toContain(model);
  });

  test('a key in a path', async () => {
    const line = await lineOf(await ask('', { path: `/v1/models/${FIRST_KEY}`, method: 'GET' }));
    expect(line.path).toBe('/v1/models/sk-****def');
  });

  const ECHO = { error: { message: `bad key ${FIRST_KEY}`, type: `type ${FIRST_KEY}`, code: HEADER_SECRET } };
  const ECHO_HEADERS = { 'x-request-id': FIRST_KEY, 'x-your-key': `Bearer ${FIRST_KEY}` };

  test.each(['gateway', 'debugging'])('what an upstream echoes, in files and on the console: %s', async (which) => {
    const at = which === 'gateway' ? gateway : debugging;
    const prompt = `my keys are ${SECRETS.join(', ')} and sk-proj-A1b2C3d4E5f6G7h8`;
    for (const stream of [false, true]) {
      for (const code of [400, 401, 429, 500]) {
        first.script(json(code, ECHO, ECHO_HEADERS));
        await ask(chat('one', { stream }, prompt), { at });
        await ask(chat('pair', { stream }, prompt), { at });
      }
      first.script(sse([...chatEvents('a').slice(0, 2), ECHO], { done: false, headers: ECHO_HEADERS }));
      await ask(chat('one', { stream: true }, prompt), { at });
      first.script(json(200, ECHO, ECHO_HEADERS));
      await ask(chat('one', { stream }, prompt), { at });
      first.script(stream ? streamOf([prompt]) : chatAnswer(prompt));
      await ask(chat('one', { stream }, prompt), { at });
    }
    await written(at);
    const all = everything(at);
    for (const secret of [...SECRETS, 'sk-proj-A1b2C3d4E5f6G7h8']) {
      for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
        expect(all.includes(form)).toBe(false);
      }
    }
    expect(all).toContain('sk-****def');
  });

  test('a key as some vendors write JSON, with its slashes escaped', async () => {
    const escaped = JSON.stringify(KEY).slice(1, -1).replaceAll('/', '\\/');
    first.script(json(400, `{"error":{"message":"your key ${escaped}","type":"t","code":"c"}}`));
    await ask(chat('one'), { at: debugging });
    const all = await eventually(() => {
      const text = everything(debugging);
      return text.includes('your key ') && text;
    });
    // The log has what the client got, which has no part of the key.
    expect(all.slice(all.indexOf('your key ')).slice(0, 30)).toStartWith('your key ****');
    await written(debugging);
    expect(everything(debugging).includes('gateway~1234')).toBe(false);
  });

  test('a reload masks a new key', async () => {
    const one = await startGateway({ config: configOf({ base_dir: './logs', separate_files: true }) });
    const next = configOf({ base_dir: './logs', separate_files: true }) as Json;
    next.backends[1].api_key = 'brand-new-secret-4711';
    one.writeConfig(next);
    one.signal('SIGHUP');
    await eventually(() => one.stderr().includes('reloaded'));
    const line = await lineOf(await ask(chat('brand-new-secret-4711'), { at: one }), one);
    expect(line.alias).toBe('bra****11');
    expect(await one.stop()).toBe(0);
    expect(everything(one)).not.toContain('brand-new-secret-4711');
  });

  test('can be turned off', async () => {
    const one = await startGateway({
      config: configOf({ base_dir: './logs', separate_files: true, mask_sensitive: false }),
    });
    const line = await lineOf(await ask(chat('sk-abcdefghijklmnopcdef'), { at: one }), one);
    expect(line.alias).toBe('sk-abcdefghijklmnopcdef');
    expect(await one.stop()).toBe(0);
  });
});

describe('what was said', () => {
  const MARKER = 'Zauberwort-7c1e-nobody-logs-this';

  test('is in no log without debug_mode, an upstream’s error message included', async () => {
    const told = { error: { message: `you said ${MARKER}`, type: 'a_type', code: 'a_code', param: MARKER } };
    const lines: Json[] = [];
    for (const stream of [false, true]) {
      for (const code of [400, 401, 404, 429, 500, 503]) {
        first.script(json(code, told, { 'x-said': MARKER }));
        lines.push(await lineOf(await ask(chat('one', { stream }, MARKER))));
        await ask(chat('pair', { stream }, MARKER));
        await ask(chat('leads', { stream }, MARKER));
      }
      first.script(json(200, told));
      await ask(chat('one', { stream }, MARKER));
      first.script(json(500, MARKER, { 'content-type': 'text/plain' }));
      await ask(chat('one', { stream }, MARKER));
      first.script(json(200, `{"broken": "${MARKER}`));
      await ask(chat('one', { stream }, MARKER));
      first.script(stream ? streamOf([MARKER]) : chatAnswer(MARKER));
      await ask(chat('one', { stream }, MARKER));
    }
    for (const events of [
      [told],
      [...chatEvents([MARKER]).slice(0, 2), told],
      [`no json ${MARKER}`, ...chatEvents([MARKER])],
    ]) {
      first.script(sse(events, { done: false }));
      await ask(chat('one', { stream: true }, MARKER));
    }
    first.script(cutAfter(chatEvents([MARKER]).slice(0, 2)));
    await ask(chat('one', { stream: true }, MARKER));
    await ask(`{"model":"one", ${MARKER}`);
    await ask({ model: { said: MARKER } });
    await ask(chat('one', {}, MARKER), { headers: { 'x-said': MARKER, 'user-agent': MARKER } });
    await written(gateway);
    expect(everything(gateway).includes(MARKER)).toBe(false);
    // Its status, type or code are.
    for (const line of lines) expect(JSON.stringify(line)).toMatch(/a_code|a_type/);
  });

  test('is there with debug_mode: both bodies at debug, of plain answers and streams', async () => {
    for (const stream of [false, true]) {
      first.script(stream ? streamOf([MARKER, ' and more']) : chatAnswer(`${MARKER} and more`));
      const { traceId, text } = await ask(chat('one', { stream }, `please ${MARKER}`), { at: debugging });
      const bodies = await eventually(() => {
        const lines = (filesOf(debugging).get('general.log') ?? '')
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line));
        const found = lines.filter((line) => line.trace_id === traceId && 'body' in line);
        return found.length === 2 && found;
      });
      expect(bodies.map(({ level }: Json) => level)).toEqual(['debug', 'debug']);
      expect(new Set(bodies.map(({ body }: Json) => body))).toEqual(
        new Set([JSON.stringify(chat('one', { stream }, `please ${MARKER}`)), text]),
      );
    }
  });

  test('each body up to 64 KiB, with no key half cut off at its end', async () => {
    const limit = 64 * 1024;
    const frame = JSON.stringify(chat('one', {}, ''));
    const at = frame.indexOf('""') + 1;
    for (const shown of [12, 1, HEADER_SECRET.length - 1]) {
      // The limit falls into the key, after so many of its characters.
      const content = `${'x'.repeat(limit - at - shown)}${HEADER_SECRET}${'y'.repeat(5_000)}`;
      first.script(json(200, `{"choices":[{"text":"x"}],"a":"${'z'.repeat(limit - 31 - shown)}${HEADER_SECRET}"}`));
      const { traceId } = await ask(chat('one', {}, content), { at: debugging });
      const bodies = await eventually(() => {
        const lines = (filesOf(debugging).get('general.log') ?? '')
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line));
        const found = lines.filter((line) => line.trace_id === traceId && 'body' in line);
        return found.length === 2 && found.map(({ body }) => body as string);
      });
      for (const body of bodies) {
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(limit);
        expect(Buffer.byteLength(body)).toBeGreaterThan(limit - 100);
        expect(body.includes(HEADER_SECRET.slice(0, 12))).toBe(false);
      }
    }
  });
});
