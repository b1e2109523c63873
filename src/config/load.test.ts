import { afterAll, describe, expect, test } from 'bun:test';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { commandLine } from '../lib/called-as.ts';
import { type LoadedConfig, loadConfig, parseConfig } from './load.ts';
import { ConfigError, formatProblem } from './problem.ts';
import { configOf } from './schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'llm-proxy-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function parse(
  text: string,
  env: Record<string, string | undefined> = {},
  files: Record<string, string> = {},
): LoadedConfig {
  const readSecret = (path: string): string => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
    return content;
  };
  return parseConfig(text, { file: 'config.yaml', env, readSecret });
}

function problems(
  text: string,
  env: Record<string, string | undefined> = {},
  files: Record<string, string> = {},
): string[] {
  try {
    parse(text, env, files);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).toBe(error.problems.map(formatProblem).join('\n'));
    return error.problems.map((problem) => formatProblem(problem).replace(/^config\.yaml:/, ''));
  }
  return [];
}

const warnings = (text: string): string[] =>
  parse(text).warnings.map((warning) => formatProblem(warning).replace(/^config\.yaml:/, ''));

const PLACEHOLDER = 'is a placeholder (write the key itself, as text, ${VARIABLE} or file:/path/to/it)';

/** What a file without anything in it gives. */
const standard = configOf({}, '127.0.0.1:8765');

const BACKEND = `backends:\n  - name: a\n    url: http://a/v1\n`;
const MODEL = `${BACKEND}models:\n  m:\n    routes:\n      - backend: a\n        model: x\n`;

describe('a config that is valid', () => {
  test('the config of existing users loads as it is', async () => {
    // A folder of one's own: there would be a warning of keys that everybody can read.
    copyFileSync('test/fixtures/seed-config.yaml', join(folder, 'seed.yaml'));
    const { config, warnings } = await loadConfig(join(folder, 'seed.yaml'), {});
    // Its keys are no keys, and it works all the same.
    expect(warnings.map(({ path, message }) => `${path} ${message}`)).toEqual(
      ['proxy_api_key', 'backends[0].api_key', 'backends[1].api_key'].map((path) => `${path} ${PLACEHOLDER}`),
    );
    expect(config.listen).toBe(':8765');
    expect(config.proxy_api_key).toBe('your-secret-key');
    expect(config.proxy).toMatchObject({ enable_system_prompt: true, forward_client_ip: true });
    expect(config.backends).toEqual([
      { name: 'openai', url: 'https://api.openai.com/v1', api_key: 'sk-xxx', enabled: true, keep_alive: true },
      {
        name: 'anthropic',
        url: 'https://api.anthropic.com/v1',
        api_key: 'sk-ant-xxx',
        enabled: true,
        keep_alive: true,
      },
      { name: 'local-llm', url: 'http://localhost:8080/v1', enabled: true, keep_alive: true },
    ]);
    expect(config.models['gpt-4']!.routes).toEqual([
      { backend: 'openai', model: 'gpt-4-turbo-preview', priority: 1, weight: 1, enabled: true },
      { backend: 'local-llm', model: 'mixtral-8x7b', priority: 2, weight: 1, enabled: true },
    ]);
    expect(config.fallback).toMatchObject({
      cooldown_seconds: 300,
      max_retries: 3,
      alias_fallback: { 'gpt-4': ['claude'] },
    });
    expect(config.detection).toEqual({
      error_codes: ['4xx', '5xx'],
      error_patterns: ['insufficient_quota', 'rate_limit', 'overloaded'],
    });
    expect(config.rate_limit).toEqual({
      enabled: true,
      global_rps: 1000,
      per_ip_rps: 100,
      burst_factor: 1.5,
      per_model_rps: { 'gpt-4': 50 },
      per_model_tpm: {},
    });
    expect(config.concurrency).toMatchObject({ enabled: true, queue_timeout: 30_000, per_backend_limit: 100 });
    expect(config.logging).toMatchObject({ separate_files: true, base_dir: './logs', console_format: 'markdown' });
    expect(config.timeout).toEqual({
      connect_timeout: 10_000,
      first_byte_timeout: undefined,
      read_timeout: 60_000,
      write_timeout: 60_000,
      total_timeout: 600_000,
    });
  });

  test('the example names every key and needs no environment', async () => {
    const { config, warnings } = await loadConfig('config.example.yaml', {});
    expect(warnings.map(({ path, message }) => `${path} ${message}`)).toEqual([
      `proxy_api_key ${PLACEHOLDER}`,
      `keys[0].key ${PLACEHOLDER}`,
      `keys[0].previous.key ${PLACEHOLDER}`,
      `admin.api_key ${PLACEHOLDER}`,
      `admin.previous.key ${PLACEHOLDER}`,
    ]);
    const keys = {
      LLM_PROXY_KEY: '8b1f0c7d9e2a4655',
      SEARCH_TEAM_KEY: '77aa0c7d9e2a4655',
      SEARCH_TEAM_OLD_KEY: '22ee0c7d9e2a4655',
      LLM_PROXY_ADMIN_KEY: '65ab0c7d9e2a4655',
      LLM_PROXY_OLD_ADMIN_KEY: '31cd0c7d9e2a4655',
    };
    expect((await loadConfig('config.example.yaml', keys)).warnings).toEqual([]);
    const missing = (value: object, standard: object): string[] =>
      Object.keys(standard).filter((key) => !(key in value));
    expect(missing(config, standard)).toEqual([]);
  });

  test('sections without anything in them have the defaults', () => {
    expect(parse('server:\nbackends:\nmodels:\n').config).toEqual(standard);
  });

  test('durations become milliseconds', () => {
    const text =
      'server: {shutdown_timeout: 1h30m}\nstream: {keepalive: 0}\ntimeout: {read_timeout: 1.5, total_timeout: "90"}';
    const { config } = parse(text);
    expect(config.server.shutdown_timeout).toBe(5_400_000);
    expect(config.stream.keepalive).toBe(0);
    expect(config.timeout).toMatchObject({ read_timeout: 1500, total_timeout: 90_000 });
  });

  test.each([
    ['{}', { after: 'p95', at_most: 0.05 }],
    ['{after: 800ms, at_most: 0.5%}', { after: 800, at_most: 0.005 }],
    ['{after: 2, at_most: 100%}', { after: 2000, at_most: 1 }],
  ] as const)('hedge: %s', (hedge, parsed) => {
    const { config } = parse(`${BACKEND}models: {m: {hedge: ${hedge}, routes: [{backend: a, model: x}]}}`);
    expect(config.models['m']!.hedge).toEqual(parsed);
  });

  test('timeouts of a backend and an alias hold what they set, and no more', () => {
    const { config } = parse(
      `${BACKEND}    timeout: {read_timeout: 5s}\nmodels: {m: {timeout: {total_timeout: 0}, routes: [{backend: a, model: x}]}}`,
    );
    expect(config.backends[0]!.timeout).toEqual({ read_timeout: 5000 });
    expect(config.models['m']!.timeout).toEqual({ total_timeout: 0 });
  });

  test.each([
    ['http://a/v1/', 'http://a/v1'],
    ['HTTPS://Api.Example.com:443', 'https://api.example.com'],
    ['"demo:"', 'demo:'],
  ])('the url %s is kept as %s', (url, kept) => {
    expect(parse(`backends: [{name: a, url: ${url}}]`).config.backends[0]!.url).toBe(kept);
  });

  test('a backend needs no URL where its vendor has one, and AWS keys may be in the environment', () => {
    const text = 'backends: [{name: a, vendor: anthropic}, {name: b, vendor: bedrock}]';
    const env = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 's' };
    const { backends } = parse(text, env).config;
    expect(backends[0]).toEqual({ name: 'a', vendor: 'anthropic', enabled: true, keep_alive: true });
    expect(problems(text).length).toBe(2);
  });

  test('what looks like a number is text where text is due, as it was written', () => {
    const { config } = parse(
      `proxy_api_key: 0123456789012\nbackends: [{name: 1.0, url: "http://a"}]\nmodels: {4: {routes: [{backend: 1.0, model: true}]}}`,
    );
    expect(config.proxy_api_key).toBe('0123456789012');
    expect(config.backends[0]!.name).toBe('1.0');
    expect(config.models['4']!.routes[0]).toMatchObject({ backend: '1.0', model: 'true' });
  });

  test('anchors, aliases and merge keys work', () => {
    const { config } = parse(
      [
        'backends:',
        '  - &a {name: a, url: "http://a", headers: {x-team: one}}',
        '  - {<<: *a, name: b}',
        'models:',
        '  m: &m {routes: &r [{backend: a, model: x}], balance: session}',
        '  n: {routes: *r}',
        '  o: {<<: [*m], balance: latency}',
      ].join('\n'),
    );
    expect(config.backends[1]).toMatchObject({ name: 'b', url: 'http://a', headers: { 'x-team': 'one' } });
    expect(config.models['n']!.routes).toEqual(config.models['m']!.routes);
    expect(config.models['o']).toMatchObject({ balance: 'latency', routes: [{ backend: 'a' }] });
  });
});

test('a commit point is a word or a duration, the first content unless told', () => {
  const commits = ['', 'commit: first_content, ', 'commit: block, ', 'commit: 1500ms, ', 'commit: 2, '];
  const models = commits.map((commit, index) => `  m${index}: {${commit}routes: [{backend: a, model: x}]}`);
  const { config } = parse(['backends: [{name: a, url: "http://a"}]', 'models:', ...models].join('\n'));
  const found = Object.values(config.models).map(({ commit }) => commit);
  expect(found).toEqual(['first_content', 'first_content', 'block', 1500, 2000]);
});

describe('variables', () => {
  test('are put in before validation, in values only', () => {
    const { config } = parse(
      'proxy_api_key: ${KEY}\nfallback: {max_retries: "${N:-5}"}\nconcurrency:\n  enabled: ${ON}\n  queue_timeout: ${WAIT:-2}\nlogging:\n  level: ${LEVEL:-warn}\n  base_dir: "a$${b}"',
      { KEY: '1234567890', ON: 'true' },
    );
    expect(config.proxy_api_key).toBe('1234567890');
    expect(config.fallback.max_retries).toBe(5);
    expect(config.concurrency).toMatchObject({ enabled: true, queue_timeout: 2000 });
    expect(config.logging).toMatchObject({ level: 'warn', base_dir: 'a${b}' });
  });

  test('that are not set are errors at their place', () => {
    expect(problems('listen: :1\nproxy_api_key: ${NONE}')).toEqual([
      '2:1 proxy_api_key: the environment variable NONE is not set (set it, or write ${NONE:-default})',
    ]);
  });

  test('their values are never quoted', () => {
    const text = 'logging:\n  level: ${KEY}\nfallback:\n  max_retries: ${KEY}\nproxy:\n  trusted_proxies: ["${KEY}"]';
    const found = problems(text, { KEY: 'sk-secret' });
    expect(found).toHaveLength(3);
    expect(found.join()).not.toContain('sk-secret');
  });
});

describe('secrets in files', () => {
  test('are read without the line break at the end', () => {
    const files = { '/run/secrets/x': 'sk-gateway-1\r\n', 'keys/y': 'sk-2' };
    const text = 'proxy_api_key: file:/run/secrets/x\nbackends: [{name: a, url: "http://a", api_key: "file:${DIR}/y"}]';
    const { config } = parse(text, { DIR: 'keys' }, files);
    expect(config.proxy_api_key).toBe('sk-gateway-1');
    expect(config.backends[0]!.api_key).toBe('sk-2');
  });

  test('that are missing, empty or no key are errors at their place', () => {
    const text =
      'proxy_api_key: file:/none\nbackends:\n  - name: a\n    url: http://a\n    api_key: file:/empty\n  - name: b\n    url: http://b\n    api_key: file:/two';
    expect(problems(text, {}, { '/empty': '\n', '/two': 'sk-1\nsk-2\n' })).toEqual([
      '1:1 proxy_api_key: the file /none cannot be read: ENOENT (name a readable file that holds the key)',
      '5:5 backends[0].api_key: the file /empty is empty (write the key into it)',
      '8:5 backends[1].api_key: has characters that an HTTP header cannot carry (use printable ASCII, without a space at either end)',
    ]);
  });

  test.each(['file:${X}', 'file:./${X}', '${Y}'])('of %s no message shows what the variables hold', (written) => {
    const env = { X: 'sk-gateway//4', Y: 'file:sk-gateway//4' };
    const [problem = ''] = problems(`proxy_api_key: '${written}'`, env, {});
    expect(problem).toContain(`the file ${written.replace('file:', '')} cannot be read: ENOENT`);
    expect(problem).not.toContain('gateway/');
  });

  test('a relative path starts from the folder of the config', async () => {
    writeFileSync(join(folder, 'key'), 'sk-gateway-3\n');
    writeFileSync(join(folder, 'config.yaml'), 'proxy_api_key: file:key\n');
    const { config } = await loadConfig(join(folder, 'config.yaml'), {});
    expect(config.proxy_api_key).toBe('sk-gateway-3');
  });
});

describe('errors', () => {
  const URLS = 'an http:// or https:// URL such as https://api.openai.com/v1, or "demo:"';
  test.each<[string, string | string[]]>([
    ['bakends: []', '1:1 bakends: unknown key "bakends" (did you mean "backends"?)'],
    ['providers: []', '1:1 providers: unknown key "providers" (did you mean "backends"?)'],
    ['server: {port: 1}', '1:10 server.port: unknown key "port" (did you mean "listen", at the top of the file?)'],
    [
      'proxy:\n  zzz: 1',
      '2:3 proxy.zzz: unknown key "zzz" (known: enable_system_prompt, system_prompt_dir, prompt_variables, forward_client_ip, trusted_proxies)',
    ],
    [
      'x-1: 1\nx-2: 2',
      [expect.stringMatching(/^1:1 x-1: unknown key/), expect.stringMatching(/^2:1 x-2: unknown key/)] as never,
    ],
    ['listen: 8765', "1:1 listen: needs a colon before the port: ':8765'"],
    [
      'cors: {origins: a}\nbackends: x',
      ['1:8 cors.origins: must be a list: [a]', '2:1 backends: cannot be this text (a list)'],
    ],
    ['keys: [{name: a, key: 0123456789ab, models: "${M:-b}"}]', '1:37 keys[0].models: must be a list: […]'],
    ['models:\n  *:\n    routes: [{backend: a, model: x}]', "2:3: a name that begins with * needs quotes: '*':"],
    ['models:\n  *: {routes: []}\nlistne: :1', "2:3: a name that begins with * needs quotes: '*':"],
    ['*-mini:\n  a: 1', "1:1: a name that begins with * needs quotes: '*-mini':"],
    ['keys: [{name: a, key: 0123456789ab, models: [*]}]', "1:46: a name that begins with * needs quotes: '*'"],
    [
      'model_list:\n  - {model_name: x, litellm_params: {model: y}}\ngeneral_settings: {}\nlistne: 1',
      '1:1 model_list: is a key of a LiteLLM config (how to migrate it: https://github.com/llm-proxy/llm-proxy/blob/main/docs/migrate.md#from-litellm)',
    ],
    ['proxy_api_key: ""', '1:1 proxy_api_key: is empty (a key as text, ${VARIABLE} or file:/path/to/it)'],
    ['proxy_api_key:', '1:1 proxy_api_key: has no value (a key as text, ${VARIABLE} or file:/path/to/it)'],
    ['proxy_api_key: [sk-1]', '1:1 proxy_api_key: cannot be a list (a key as text, ${VARIABLE} or file:/path/to/it)'],
    [
      'backends:\n  - name: a',
      `2:5 backends[0].url: is missing (${URLS}; or a vendor that has one, such as vendor: openai)`,
    ],
    [
      'backends:\n  - name: a\n    vendor: opnai\n    protocol: gmini',
      [
        expect.stringMatching(
          /^3:5 backends\[0\]\.vendor: cannot be "opnai" \(did you mean "openai"\? one of openai, azure, /,
        ),
        '4:5 backends[0].protocol: cannot be "gmini" (did you mean "gemini"? one of openai, openai-responses, anthropic, gemini)',
      ] as never,
    ],
    [
      'backends:\n  - {name: a, vendor: openai, protocol: gemini, region: eu}\n  - {name: b, vendor: bedrock, api_key: k}\n  - {name: c, vendor: azure}',
      [
        '2:31 backends[0].protocol: cannot be gemini with vendor openai (openai, openai-responses)',
        '2:49 backends[0].region: cannot be set for this backend (only with vendor: bedrock)',
        '3:5 backends[1].region: is missing: vendor bedrock needs it (such as us-east-1; or AWS_REGION in the environment)',
        '4:5 backends[2].url: is missing (your own, such as https://NAME.openai.azure.com)',
      ],
    ],
    [
      'backends:\n  - {name: a, vendor: vertex, project: p, location: global, credentials: "{\\"private_key\\": \\"SECRET\\"}"}',
      "2:61 backends[0].credentials: has no client_email or no private_key (a service account's JSON key)",
    ],
    [
      'backends: [{name: a, vendor: vertex, project: p/q, location: global, api_key: k}]',
      '1:38 backends[0].project: cannot be "p/q" (the ID of a Google Cloud project)',
    ],
    [
      'backends: [{name: a, vendor: openai, url: "demo:"}]',
      '1:22 backends[0].vendor: cannot be set for "demo:" (the demo backend has no vendor and speaks openai)',
    ],
    ['backends:\n  - url: ftp://a\n    name: a', `2:5 backends[0].url: is not a valid URL (${URLS})`],
    [
      'backends: [{name: a, url: "http://u:p@a"}]',
      '1:22 backends[0].url: has credentials in it (put the key into api_key)',
    ],
    [
      'backends: [{name: a, url: "http://a?k=v"}]',
      '1:22 backends[0].url: has a query or a fragment (remove "?" or "#" and what follows it)',
    ],
    [
      'backends: [{name: a, url: "demo:", headers: {Host: b}}]',
      '1:46 backends[0].headers.Host: is a header that the gateway sets itself (remove it)',
    ],
    [
      `${BACKEND}  - name: a\n    url: "demo:"`,
      '4:5 backends[1].name: duplicate backend name "a" (backends[0] has it already: choose another)',
    ],
    [
      'backends: [{name: a, url: "demo:", quirks: {system_firts: true}}]',
      '1:45 backends[0].quirks.system_firts: unknown key "system_firts" (did you mean "system_first"?)',
    ],
    [
      'backends: [{name: a, url: "demo:", quirks: {call_id_length: 12}}]',
      '1:45 backends[0].quirks.call_id_length: cannot be 12 (9 or 40)',
    ],
    [
      'backends: [{name: a, url: "demo:", quirks: {fields: {top_k: yes}}}]',
      '1:54 backends[0].quirks.fields.top_k: cannot be "yes" (true or false)',
    ],
    [
      'backends:\n  - api_key:sk-secret',
      '2:5 backends[0]: cannot be this text (a map with the keys name, vendor, protocol, url, api_key, api_version, region, project, location, credentials, access_key_id, secret_access_key, session_token, enabled, max_concurrency, keep_alive, trace, price_multiplier, quirks, timeout, headers)',
    ],
    [
      'models:\n  m:\n    routes: []',
      '3:5 models.m.routes: is an empty list (a list of at least one route with the keys backend and model)',
    ],
    [
      'models:\n  gpt-4.1:',
      '2:3 models["gpt-4.1"].routes: is missing (a list of at least one route with the keys backend and model)',
    ],
    [`${MODEL}      - backend: b\n        model: y`, '9:9 models.m.routes[1].backend: unknown backend "b" (known: a)'],
    [
      'models:\n  m:\n    routes:\n      - {backend: openai, model: y}',
      '4:10 models.m.routes[0].backend: unknown backend "openai" (there is none)',
    ],
    [
      MODEL.replace('model: x', 'model: "*"'),
      '8:9 models.m.routes[0].model: has a "*", but its alias does not end in one (name a model without "*")',
    ],
    [
      MODEL.replace('  m:', '  m/*:').replace('model: x', 'model: "**"'),
      '8:9 models.m/*.routes[0].model: has more than one "*" (use one at most)',
    ],
    [
      MODEL.replace('  m:', '  "m*n":'),
      '5:3 models.m*n: has a "*" that is not its last character (use one "*", at the end)',
    ],
    [
      `${MODEL}    hedge: {at_most: 5}`,
      '9:13 models.m.hedge.at_most: cannot be 5 (a percentage above 0%, such as 5% or 0.5%, at most 100%)',
    ],
    [
      `${MODEL}    hedge: {after: p99}`,
      '9:13 models.m.hedge.after: cannot be "p99" (p95, or a duration above 0 such as 800ms)',
    ],
    [
      `${MODEL}    hedge: {after: 0}`,
      '9:13 models.m.hedge.after: cannot be 0 (p95, or a duration above 0 such as 800ms)',
    ],
    [
      `${MODEL}    balance: fastest`,
      '9:5 models.m.balance: cannot be "fastest" (one of random, round_robin, least_busy, latency, session)',
    ],
    ...['second_block', '0', '0s', '-1s'].map((commit): [string, string] => [
      `${MODEL}    commit: ${commit}`,
      `9:5 models.m.commit: cannot be ${commit === '0' ? '0' : `"${commit}"`} (first_content, block, or a duration above 0 such as 2s)`,
    ]),
    ['fallback:\n  max_retries: -1', '2:3 fallback.max_retries: cannot be -1 (a whole number, 0 or more)'],
    ['fallback:\n  max_retries: 1.5', '2:3 fallback.max_retries: cannot be 1.5 (a whole number, 0 or more)'],
    ['fallback:\n  max_retries: "3"', '2:3 fallback.max_retries: cannot be "3" (a whole number, 0 or more)'],
    ['fallback:\n  cooldown_seconds: 5m', '2:3 fallback.cooldown_seconds: cannot be "5m" (a number, 0 or more)'],
    [
      'fallback:\n  backoff_max: -5s',
      '2:3 fallback.backoff_max: cannot be "-5s" (a duration such as 300ms, 30s, 10m or 1h30m, or a number of seconds)',
    ],
    [
      `listen: ':8765'\n${MODEL}metrics: {listen: ':8765'}`,
      '10:11 metrics.listen: is the address of the gateway itself (use another, or remove it to serve /metrics there)',
    ],
    [
      `${MODEL}metrics: {listen: '127.0.0.1:8765'}`,
      '9:11 metrics.listen: is the address of the gateway itself (use another, or remove it to serve /metrics there)',
    ],
    [
      `${MODEL}proxy_api_key: 0123456789ab\nmetrics: {listen: ':8765'}`,
      '10:11 metrics.listen: is the address of the gateway itself (use another, or remove it to serve /metrics there)',
    ],
    [
      `${MODEL}    list: [m]`,
      '9:5 models.m.list: is only for aliases that end in "*" (remove it: this alias is listed by its own name)',
    ],
    [
      `${MODEL.replace('  m:', '  "v/*":')}    list: [v/a, a, v/, 'v/*', '']`,
      [
        '9:17 models.v/*.list[1]: is not matched by "v/*" (write a name such as v/NAME)',
        '9:20 models.v/*.list[2]: is not matched by "v/*" (write a name such as v/NAME)',
        '9:24 models.v/*.list[3]: has a "*", which clients would take as part of the name (write the whole name of one model)',
        '9:31 models.v/*.list[4]: is empty (the name of a model, as clients ask for it)',
      ],
    ],
    [
      `${MODEL}rate_limit: {per_model_rps: {mistral: 1}}`,
      '9:30 rate_limit.per_model_rps.mistral: unknown alias "mistral" (known: m)',
    ],
    [
      `${MODEL}rate_limit: {per_model_tpm: {mistral: 1}}`,
      '9:30 rate_limit.per_model_tpm.mistral: unknown alias "mistral" (known: m)',
    ],
    ['budgets: [{name: a, usd: 1e309, per: day}]', '1:21 budgets[0].usd: is too much (at most 9000000000 USD)'],
    [
      'budgets: [{name: a, usd: -1, per: day}]',
      '1:21 budgets[0].usd: is negative (USD as a decimal number such as 50 or 0.25; 0 allows nothing)',
    ],
    [
      'budgets: [{name: a, usd: 0.0000000001, per: day}]',
      '1:21 budgets[0].usd: has more than 9 decimals (budgets are counted in billionths of a USD)',
    ],
    [
      'budgets: [{name: a, usd: 5 USD, per: day}]',
      '1:21 budgets[0].usd: is no amount (USD as a decimal number such as 50 or 0.25)',
    ],
    [
      'budgets: [{name: a, usd: 1, tokens: 1, per: day}]',
      '1:29 budgets[0].tokens: cannot stand beside usd (make it a budget of its own)',
    ],
    ['budgets: [{name: a, per: day}]', '1:11 budgets[0]: has no amount (set one of usd, tokens and requests)'],
    [
      'budgets: [{name: a, usd: 1, per: day, zone: Mars/Base}]',
      '1:39 budgets[0].zone: cannot be "Mars/Base" (a time zone such as UTC, Europe/Berlin or +05:30)',
    ],
    [
      'budgets: [{name: a, usd: 1, per: day}, {name: a, usd: 1, per: day}]',
      '1:41 budgets[1].name: is a second budget "a" (the one at 0 has that name already: give it another)',
    ],
    [
      `${MODEL}budgets: [{name: a, usd: 1, per: day, on_exceeded: {fallback: [mistral]}}]`,
      '9:64 budgets[0].on_exceeded.fallback[0]: unknown alias "mistral" (known: m)',
    ],
    ['rate_limit: {global_rps: 0}', '1:14 rate_limit.global_rps: cannot be 0 (a number above 0)'],
    [
      'detection: {error_codes: [4xx, 700]}',
      '1:32 detection.error_codes[1]: cannot be 700 (a status code such as 503, a class such as 4xx or a range such as 429-499, within 100 to 599)',
    ],
    ['detection: {error_patterns: [""]}', '1:30 detection.error_patterns[0]: is empty (text to look for)'],
    [
      'proxy: {trusted_proxies: [10.0.0.0/8, 10.0.0/8]}',
      '1:39 proxy.trusted_proxies[1]: cannot be "10.0.0/8" (an IP address or CIDR such as 10.0.0.0/8 or 2001:db8::1)',
    ],
    ['logging: {mask_sensitive: yes}', '1:11 logging.mask_sensitive: cannot be "yes" (true or false)'],
    [
      'metrics: {listen: x}',
      '1:11 metrics.listen: has no port (:8765, 127.0.0.1:8765, [::1]:8765 or unix:/run/llm-proxy.sock)',
    ],
    [
      'health_check: {interval: 0}',
      '1:16 health_check.interval: cannot be 0 (a duration such as 300ms, 30s, 10m or 1h30m, or a number of seconds, above 0)',
    ],
    [
      'logging: debug',
      expect.stringMatching(/^1:1 logging: cannot be this text \(a map with the keys level, /) as never,
    ],
    ['listen: :1\nlisten: :2', '2:1 listen: duplicate key (remove one of the two)'],
    ['models:\n  __proto__: 1', '2:3 models.__proto__: cannot be used as a key (choose another name)'],
    ['- a', '1:1: the file is not a map (write keys and values such as "listen: :8765")'],
    ...['', '\n', '# only comments\n', '---\n', '~', '\uFEFF# mark\n'].map(
      (text) => [text, '1:1: the file is empty (write keys and values such as "listen: :8765")'] as [string, string],
    ),
    ['just text', '1:1: the file is not a map (write keys and values such as "listen: :8765")'],
    [
      'listen: *x',
      "1:1 listen: the alias *x has no anchor before it (add the anchor &x above it; for a name, use quotes: '*x')",
    ],
    ['server: &x {<<: *x}', '1:1 server: the alias *x contains itself (repeat a value that stands above this one)'],
    ['listen: !env X', '1:9: unknown tag (remove it; text that begins with "!" needs quotes)'],
    ['listen: :1\n---\nlisten: :2', '2:1: a second document begins (keep one: remove the "---")'],
    ['server:\n\tmax_body_mb: 1', expect.stringMatching(/^2:1: a tab in the indentation \(use spaces\)/) as never],
  ])('%s', (text, expected) => {
    const found = problems(text);
    if (Array.isArray(expected)) expect(found).toEqual(expected);
    else expect(found).toEqual([expected]);
  });

  test('all come at once, in the order of the file', () => {
    const text =
      'listen: x\nbackends:\n  - name: a\nmodels:\n  m:\n    routes: [{backend: b, model: y, wight: 1}]\nlevel: 1';
    expect(problems(text).map((line) => line.split(': ')[0])).toEqual([
      '1:1 listen',
      '3:5 backends[0].url',
      '6:15 models.m.routes[0].backend',
      '6:37 models.m.routes[0].wight',
      '7:1 level',
    ]);
  });

  test('after a syntax error only what stands before it is believed', () => {
    const text = 'listne: :1\nbackends:\n  - name: "a\nmodels:\n  m: {routes: [{backend: a, model: x}]}';
    const found = problems(text);
    expect(found[0]).toStartWith('1:1 listne: unknown key');
    expect(found.join()).not.toMatch(/unknown backend|missing \(an http/);
  });

  test('a syntax error does not quote the line, which may hold a key', () => {
    expect(problems('proxy_api_key: "sk-secret" sk-other\n} sk-more').join()).not.toContain('sk-');
  });

  test('no message has a secret in it', () => {
    const text =
      'proxy_api_key: " sk-secret"\nbackends: [{name: a, url: "http://user:sk-secret@a", api_key: "sk-secret\\n", headers: {x-key: "sk-secret\\n"}}]';
    const found = problems(text);
    expect(found).toHaveLength(4);
    expect(found.join()).not.toContain('sk-secret');
  });

  test('a billion laughs end in an error', () => {
    const laugh = (level: number): string =>
      `m${level}: &l${level} {<<: [${Array(10)
        .fill(`*l${level - 1}`)
        .join(', ')}]}`;
    const levels = Array.from({ length: 30 }, (_, index) => `  ${laugh(index + 1)}`).join('\n');
    const found = problems(`models:\n  m0: &l0 {routes: []}\n${levels}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('the YAML aliases of this file expand to too many values (at most 100000)');
  });

  test('deep nesting ends in an error', () => {
    expect(problems('listen: ' + '[{a: '.repeat(300)).length).toBeGreaterThan(0);
  });
});

describe('the default alias', () => {
  const withDefault = (name: string, more = ''): string => `${MODEL}${more}routing:\n  default_alias: ${name}\n`;
  const told = (text: string): string[] => {
    try {
      parse(text);
      return [];
    } catch (error) {
      return (error as ConfigError).problems.map(({ path, message }) => `${path}: ${message}`);
    }
  };
  const WILD = '  "w/*":\n    routes:\n      - backend: a\n        model: "*"\n';
  const OFF = '  off:\n    enabled: false\n    routes:\n      - backend: a\n        model: x\n';

  test('is an alias, or what a wildcard covers', () => {
    expect(told(withDefault('m'))).toEqual([]);
    expect(told(withDefault('w/x', WILD))).toEqual([]);
    expect(told(withDefault('n'))).toEqual([expect.stringContaining('routing.default_alias: unknown alias "n"')]);
    expect(told(withDefault('w/', WILD))).toEqual([expect.stringContaining('unknown alias "w/"')]);
    expect(told(withDefault('"w/*"', WILD))).toEqual([expect.stringContaining('is a wildcard')]);
    expect(told(withDefault('off', OFF))).toEqual([expect.stringContaining('the alias "off" is disabled')]);
  });
});

test('the mode of a socket is octal text', () => {
  const mode = (text: string): string[] => problems(`server: {socket_mode: ${text}}`);
  for (const good of ['"0660"', '"660"', '"0600"', '"0777"', '0660']) expect(mode(good)).toEqual([]);
  for (const bad of ['"0888"', '"rw-rw----"', '"66"', '"07777"', '0o660', '""'])
    expect(mode(bad)).toEqual([expect.stringContaining('an octal mode in quotes, such as "0660"')]);
});

test('an alias that no request could name is an error at its place', () => {
  const named = (name: string): string => MODEL.replace('  m:', `  ${JSON.stringify(name)}:`);
  expect(() => parse(named('a'.repeat(256)))).not.toThrow();
  for (const name of ['a'.repeat(257), `${'a'.repeat(256)}*`])
    expect(() => parse(named(name))).toThrow(
      'is longer than 256 characters, so no request could name it (use a shorter one)',
    );
  expect(() => parse(named('a\ud800'))).toThrow('half of a character');
});

describe('a file that cannot be read', () => {
  const remedy = `(name another with --config PATH; "${commandLine('init')}" writes a starter)`;
  test.each([
    ['does not exist', join(folder, 'none.yaml'), 'the file does not exist'],
    ['is a folder', folder, 'the file cannot be read: it is a folder'],
  ])('%s', async (_, path, message) => {
    expect(loadConfig(path, {})).rejects.toThrow(`${path}: ${message} ${remedy}`);
  });
});

describe('warnings', () => {
  test('a protocol that the vendor at the URL is not known to speak', () => {
    const text = MODEL.replace('http://a/v1', 'https://api.mistral.ai/v1\n    protocol: gemini');
    expect(warnings(`listen: 127.0.0.1:1\n${text}`)).toEqual([
      '5:5 backends[0].protocol: mistral is not known to speak gemini (use a protocol that its documentation names)',
    ]);
  });

  const LOCAL = `listen: 127.0.0.1:1\n${MODEL}`;
  test('there are none where all is well', () => {
    expect(warnings(LOCAL)).toEqual([]);
  });

  test('listening beyond loopback without a key', () => {
    const message = 'is open to everyone who can reach it (set proxy_api_key or keys, or listen on 127.0.0.1)';
    expect(warnings(MODEL)).toEqual([]);
    expect(warnings(`listen: ':8765'\n${MODEL}`)).toEqual([`1:1 listen: :8765 ${message}`]);
    expect(warnings(`${MODEL}listen: 0.0.0.0:1`)).toEqual([`9:1 listen: 0.0.0.0:1 ${message}`]);
    expect(warnings(`${MODEL}proxy_api_key: 0123456789ab`)).toEqual([]);
  });

  test.each([
    [
      'https://api.openai.com/v1/chat/completions',
      'ends in /chat/completions, which the gateway adds itself',
      'https://api.openai.com/v1',
    ],
    ['http://b/v1/messages/', 'ends in /messages, which the gateway adds itself', 'http://b/v1'],
    ['http://b/v1/v1', 'holds /v1 twice', 'http://b/v1'],
  ])('the URL %s', (url, what, meant) => {
    const text = LOCAL.replace(/url: \S+/, `url: ${url}`);
    expect(warnings(text).find((line) => line.includes('url'))).toEndWith(
      `backends[0].url: ${what} (the base URL is most likely ${meant})`,
    );
  });

  test('an enabled backend that no route uses', () => {
    const more = '  - name: b\n    url: http://b\n  - name: c\n    url: http://c\n    enabled: false\n';
    expect(warnings(LOCAL.replace('models:', `${more}models:`))).toEqual([
      '5:5 backends[1]: no route uses the backend "b" (add a route, or set enabled: false)',
    ]);
  });

  test('an enabled alias without an enabled route', () => {
    expect(warnings(`${LOCAL}        enabled: false\n`)).toEqual([
      '6:3 models.m: every route of this alias is disabled, or its backend is (enable one, or set enabled: false)',
    ]);
  });

  test('hedging of an alias whose routes lead to one backend', () => {
    const model = LOCAL.replace('    routes:', '    hedge: {}\n    routes:');
    expect(warnings(model)).toEqual([
      '7:5 models.m.hedge: has no effect: a second route has to lead to another backend (add one, or remove hedge)',
    ]);
  });

  test('fallbacks to and from aliases that do not exist; a name that a wildcard covers exists', () => {
    const more = '  w/*: {routes: [{backend: a, model: "*"}]}\n';
    expect(warnings(`${LOCAL}${more}fallback:\n  alias_fallback:\n    mm: [m, o]\n    w/1: [w/2]\n`)).toEqual([
      '13:5 fallback.alias_fallback.mm: unknown alias "mm" (known: m, w/*)',
      '13:13 fallback.alias_fallback.mm[1]: unknown alias "o" (known: m, w/*); it is skipped',
    ]);
  });

  test('fallbacks in a circle and to itself', () => {
    const more = ['n', 'o'].map((alias) => `  ${alias}: {routes: [{backend: a, model: x}]}\n`).join('');
    expect(warnings(`${LOCAL}${more}fallback:\n  alias_fallback:\n    m: [n]\n    n: [o, n]\n    o: [m]\n`)).toEqual([
      '14:5 fallback.alias_fallback.m: the fallbacks form a circle: m → n → o → m (each alias is tried once)',
      '15:12 fallback.alias_fallback.n[1]: is a fallback to itself (name another alias)',
    ]);
  });
});

test('whatever the text, parseConfig throws nothing but a ConfigError', () => {
  const word = fc.constantFrom(
    ...'listen proxy_api_key backends models routes backend model name url fallback alias_fallback detection error_codes timeout a b * & ! ${ ${A} $${ <<: [ ] { } " \' | > - : ? # ~ 5s -1 true .inf 1e999 429 demo: file:/x __proto__ constructor *a &a'.split(
      ' ',
    ),
    '\n',
    '\n  ',
    '\n    ',
    '\n- ',
    ': ',
    ' ',
    '\t',
    '\r\n',
    '---\n',
    '\uFEFF',
    '%YAML 1.1\n',
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
    fc.array(word, { maxLength: 40 }).map((words) => words.join(' ')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, (yaml) => {
      try {
        parse(yaml, { A: 'x' });
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        for (const problem of error.problems) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.column).toBeGreaterThan(0);
          expect(problem.message).toMatch(/ \(.*\)$|: [[']/s);
          expect(problem.message).not.toMatch(/Invalid input|expected (string|number|object)/);
        }
      }
    }),
    { numRuns: 3000 },
  );
});
