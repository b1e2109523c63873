import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { hostname } from 'node:os';
import { send } from '../kit/client.ts';
import { spawnGateway, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, status, streamOf } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

let gateway: Gateway;
let upstream: Upstream;

const ALIASES = [
  'plain',
  'team/a',
  'ordered',
  'newline',
  'none-sep',
  'custom',
  'after',
  'both',
  'glob-one',
  'glob-two',
  'vars',
  'off',
  'rule',
  'md-text',
  'hup',
  'down',
  'backup',
];

const FILES: Record<string, string> = {
  'system_prompts/plain.txt': 'PLAIN "quoted" \\ ünï 😀\nsecond line\n',
  'system_prompts/team/a.txt': 'TEAM A',
  'system_prompts/b-first-by-name.md': 'models: [ordered]\n---\nB-NAME\n',
  'system_prompts/c-second-by-name.md': 'models: [ordered]\n---\nC-NAME\n',
  'system_prompts/z-priority.md': '---\nmodels: [ordered]\npriority: 1\n---\nFIRST-BY-PRIORITY\n',
  'system_prompts/a-late.md': 'models: [ordered]\npriority: 900\n---\nLAST-BY-PRIORITY\n',
  'system_prompts/newline.md': 'models: [newline]\nseparator: newline\n---\nNL\n',
  'system_prompts/none.md': 'models: [none-sep]\nseparator: none\n---\nNO\n',
  'system_prompts/custom.md': 'models: [custom]\nseparator: custom\ncustom_separator: " ~~ "\n---\nCU\n',
  'system_prompts/after.md': 'models: [after]\nposition: after\n---\nBEHIND\n',
  'system_prompts/both-1.md': 'models: [both]\n---\nFRONT\n',
  'system_prompts/both-2.md': 'models: [both]\nposition: after\nseparator: newline\n---\nBACK\n',
  'system_prompts/glob.md': 'models: ["glob-*"]\n---\nGLOB\n',
  'system_prompts/vars.md': [
    'models: [vars]',
    '---',
    'user=${_USER} home=${_HOME} shell=${_SHELL} lang=${_LANG} host=${_HOSTNAME} os=${_OS} arch=${_ARCH}',
    'date=${_DATE} time=${_TIME} datetime=${_DATETIME}',
    'own=${OWN_VARIABLE} fallback=${NOT_SET:-by default} empty=${EMPTY:-was empty} unset=${NOT_SET}',
  ].join('\n'),
  'system_prompts/off.md': 'models: [off]\nenabled: false\n---\nOFF\n',
  'system_prompts/rule.md': '---\nmodels: [rule]\n---\nabove\n\n---\n\nbelow\n',
  'system_prompts/down.txt': 'I AM DOWN',
  'system_prompts/backup.txt': 'I AM BACKUP',
  'system_prompts/hup.txt': 'OLD TEXT',
  'system_prompts/.hidden.txt': 'HIDDEN',
  'system_prompt.md': 'models: [md-text]\n---\nBESIDE THE CONFIG\n',
};

beforeAll(async () => {
  upstream = await startUpstream((request) => {
    if (request.json.model === 'model-of-down') return status(503);
    return request.json.stream === true ? streamOf('ok') : chatAnswer('ok');
  });
  const models = Object.fromEntries(
    ALIASES.map((name) => [name, { routes: [{ backend: 'up', model: `model-of-${name.replace('/', '-')}` }] }]),
  );
  gateway = await startGateway({
    config: {
      proxy: { enable_system_prompt: true, prompt_variables: ['OWN_VARIABLE', 'NOT_SET', 'EMPTY'] },
      backends: [{ name: 'up', url: upstream.url }],
      models,
      fallback: { alias_fallback: { down: ['backup'] }, max_retries: 0, cooldown_seconds: 0 },
    },
    files: FILES,
    env: { USER: 'ada', SHELL: '/bin/zsh', LANG: 'de_DE.UTF-8', OWN_VARIABLE: 'mine', EMPTY: '', TZ: 'UTC' },
  });
});

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

/** What the upstream got for this body (an object, or text sent as it is). */
async function upstreamText(body: object | string): Promise<string> {
  const before = upstream.requests.length;
  const answer = await send(`${gateway.url}/v1/chat/completions`, {
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect((await answer.whole()).ending).toBe('complete');
  expect(answer.status).toBe(200);
  const seen = upstream.requests.slice(before).at(-1);
  if (seen === undefined) throw new Error('the upstream was not asked');
  return seen.text;
}

async function messagesFor(model: string, messages: object[]): Promise<Json> {
  return JSON.parse(await upstreamText({ model, messages })).messages;
}

const USER = { role: 'user', content: 'Hello' };
const OWN = { role: 'system', content: 'own' };

describe('where a prompt goes', () => {
  test('a .txt stands before the own system message of its alias', async () => {
    const text = 'PLAIN "quoted" \\ ünï 😀\nsecond line';
    expect(await messagesFor('plain', [OWN, USER])).toEqual([{ role: 'system', content: `${text}\n\nown` }, USER]);
    expect(await messagesFor('team/a', [OWN, USER])).toEqual([{ role: 'system', content: 'TEAM A\n\nown' }, USER]);
  });

  test('without a system message it becomes one, the first', async () => {
    expect(await messagesFor('team/a', [USER])).toEqual([{ role: 'system', content: 'TEAM A' }, USER]);
    const talk = [USER, { role: 'assistant', content: 'Hi' }, USER];
    expect(await messagesFor('team/a', talk)).toEqual([{ role: 'system', content: 'TEAM A' }, ...talk]);
  });

  test('`developer` counts as the system message and stays one', async () => {
    const own = { role: 'developer', content: 'own', name: 'dev' };
    expect(await messagesFor('team/a', [own, USER])).toEqual([{ ...own, content: 'TEAM A\n\nown' }, USER]);
  });

  test('content in parts keeps its parts', async () => {
    const parts = [
      { type: 'text', text: 'one', cache_control: { type: 'ephemeral' } },
      { type: 'text', text: 'two' },
    ];
    for (const model of ['team/a', 'after']) {
      const [system, user] = await messagesFor(model, [{ role: 'system', content: parts }, USER]);
      expect(user).toEqual(USER);
      expect(system.content).toBeArray();
      const joined = system.content.map(({ text }: Json) => text).join('');
      expect(joined).toBe(model === 'after' ? 'onetwo\n\nBEHIND' : 'TEAM A\n\nonetwo');
      // What the client marked stays marked.
      expect(system.content.some((part: Json) => part.cache_control !== undefined)).toBe(true);
    }
  });

  test('lower priority stands first, then the name decides', async () => {
    const [system] = await messagesFor('ordered', [OWN, USER]);
    expect(system.content).toBe('FIRST-BY-PRIORITY\n\nB-NAME\n\nC-NAME\n\nLAST-BY-PRIORITY\n\nown');
  });

  test.each([
    ['newline', 'NL\nown'],
    ['none-sep', 'NOown'],
    ['custom', 'CU ~~ own'],
    ['after', 'own\n\nBEHIND'],
    ['both', 'FRONT\n\nown\nBACK'],
  ])('separator and position: %s', async (model, content) => {
    expect(await messagesFor(model, [OWN, USER])).toEqual([{ role: 'system', content }, USER]);
  });

  test('alone it has no separator at its ends', async () => {
    for (const [model, content] of [
      ['custom', 'CU'],
      ['after', 'BEHIND'],
      ['newline', 'NL'],
    ] as const) {
      expect(await messagesFor(model, [USER])).toEqual([{ role: 'system', content }, USER]);
    }
  });

  test('`models` are globs of the serving alias', async () => {
    for (const model of ['glob-one', 'glob-two']) {
      expect(await messagesFor(model, [USER])).toEqual([{ role: 'system', content: 'GLOB' }, USER]);
    }
  });

  test('`enabled: false` and hidden files are left out', async () => {
    expect(await messagesFor('off', [OWN, USER])).toEqual([OWN, USER]);
    expect(await messagesFor('off', [USER])).toEqual([USER]);
  });

  test('a rule in the text is no head; system_prompt.md beside the config counts', async () => {
    expect(await messagesFor('rule', [USER])).toEqual([{ role: 'system', content: 'above\n\n---\n\nbelow' }, USER]);
    expect(await messagesFor('md-text', [USER])).toEqual([{ role: 'system', content: 'BESIDE THE CONFIG' }, USER]);
  });

  test('variables of the machine, the moment and the environment', async () => {
    const [system] = await messagesFor('vars', [USER]);
    const [machine, moment, own] = system.content.split('\n');
    const os = process.platform === 'win32' ? 'windows' : process.platform;
    expect(machine).toBe(
      `user=ada home=${gateway.dir} shell=/bin/zsh lang=de_DE.UTF-8 host=${hostname()} os=${os} arch=${process.arch}`,
    );
    const [, date, time, both] = /^date=(\S+) time=(\S+) datetime=(.+)$/.exec(moment) ?? [];
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(time).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(both).toBe(`${date} ${time}`);
    expect(Math.abs(Date.parse(`${date}T${time}Z`) - Date.now())).toBeLessThan(60 * 60 * 1000);
    expect(own).toBe('own=mine fallback=by default empty=was empty unset=${NOT_SET}');
    await eventually(() => /WARN.*vars\.md.*NOT_SET/.test(gateway.stderr()));
  });
});

describe('the rest of the body', () => {
  const BODY = [
    '{ "temperature" : 1.0,  "big": 12345678901234567890123, "e":1e3, "u":"\\u00e9\\/",',
    '\t"model"\t:"MODEL", "messages" : [ { "content" : "o\\u0077n", "role":"system" },',
    ' {"role":"user","content":"Hel\\u006co \\ud83d\\ude00", "x_extra": [1,  2]} ], "seed":-0 , "tools" : [ ] }',
  ].join('\n');

  test('stays as it was, byte for byte', async () => {
    const expected = BODY.replace('MODEL', 'model-of-team-a').replace('"o\\u0077n"', '"TEAM A\\n\\no\\u0077n"');
    expect(await upstreamText(BODY.replace('MODEL', 'team/a'))).toBe(expected);
    expect(await upstreamText(BODY.replace('MODEL', 'off'))).toBe(BODY.replace('MODEL', 'model-of-off'));
    const behind = BODY.replace('MODEL', 'model-of-after').replace('"o\\u0077n"', '"o\\u0077n\\n\\nBEHIND"');
    expect(await upstreamText(BODY.replace('MODEL', 'after'))).toBe(behind);
  });

  test('also where a system message is put in', async () => {
    const body = '{"model":"team/a" , "n":1.50, "messages":[ {"role":"user","content":"a\\u0062"} ],"z":null}';
    const text = await upstreamText(body);
    expect(text).toContain('"n":1.50');
    expect(text).toContain('{"role":"user","content":"a\\u0062"} ],"z":null}');
    expect(JSON.parse(text).messages[0]).toEqual({ role: 'system', content: 'TEAM A' });
  });

  test('streams get the prompt as well', async () => {
    const text = await upstreamText({ model: 'team/a', stream: true, messages: [OWN, USER] });
    expect(JSON.parse(text).messages).toEqual([{ role: 'system', content: 'TEAM A\n\nown' }, USER]);
  });

  test('other endpoints get none', async () => {
    const body = { model: 'team/a', input: 'text' };
    const answer = await send(`${gateway.url}/v1/embeddings`, { body });
    await answer.whole();
    expect(upstream.requests.at(-1)?.json).toEqual({ model: 'model-of-team-a', input: 'text' });
  });
});

test("after L2 the serving alias's prompt is used, on the original body", async () => {
  const before = upstream.requests.length;
  await upstreamText({ model: 'down', messages: [OWN, USER] });
  const systems = upstream.requests.slice(before).map((request) => [request.json.model, request.json.messages[0]]);
  expect(systems[0]).toEqual(['model-of-down', { role: 'system', content: 'I AM DOWN\n\nown' }]);
  expect(systems.at(-1)).toEqual(['model-of-backup', { role: 'system', content: 'I AM BACKUP\n\nown' }]);
});

test('a changed prompt file counts after SIGHUP', async () => {
  expect(await messagesFor('hup', [USER])).toEqual([{ role: 'system', content: 'OLD TEXT' }, USER]);
  gateway.writeFile('system_prompts/hup.txt', 'NEW TEXT');
  gateway.signal('SIGHUP');
  await eventually(async () => (await messagesFor('hup', [USER]))[0].content === 'NEW TEXT');
});

test('a broken head: exit 1 with its place', async () => {
  const config = { proxy: { enable_system_prompt: true }, backends: [{ name: 'demo', url: 'demo:' }] };
  const broken = await spawnGateway({
    config,
    files: {
      'system_prompts/a.md': 'position: sideways\n---\ntext\n',
      'system_prompts/b.md': '---\nprio: 1\n---\ntext\n',
    },
  });
  expect(await broken.exited).toBe(1);
  expect(broken.stderr()).toMatch(/a\.md:1:1.*position: must be before or after/);
  expect(broken.stderr()).toMatch(/b\.md:2:1.*prio: unknown key/);
  await broken.stop();
});

test('switched off, the files do nothing', async () => {
  const off = await startGateway({
    config: {
      backends: [{ name: 'up', url: upstream.url }],
      models: { plain: { routes: [{ backend: 'up', model: 'x' }] } },
    },
    files: { 'system_prompts/plain.txt': 'PLAIN', 'system_prompt.md': 'ALL' },
  });
  const answer = await send(`${off.url}/v1/chat/completions`, { body: { model: 'plain', messages: [USER] } });
  expect(answer.status).toBe(200);
  expect(upstream.requests.at(-1)?.json.messages).toEqual([USER]);
  expect(await off.stop()).toBe(0);
});

test('another directory, and prompts for everyone', async () => {
  const own = await startGateway({
    config: {
      proxy: { enable_system_prompt: true, system_prompt_dir: 'my/prompts' },
      backends: [{ name: 'up', url: upstream.url }],
      models: { plain: { routes: [{ backend: 'up', model: 'x' }] } },
    },
    files: { 'my/prompts/all.md': 'For everyone', 'system_prompts/plain.txt': 'NOT THIS' },
  });
  const answer = await send(`${own.url}/v1/chat/completions`, { body: { model: 'plain', messages: [OWN, USER] } });
  expect(answer.status).toBe(200);
  expect(upstream.requests.at(-1)?.json.messages).toEqual([{ role: 'system', content: 'For everyone\n\nown' }, USER]);
  expect(await own.stop()).toBe(0);
});
