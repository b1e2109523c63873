import { describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDraft } from './draft.ts';
import { parseConfig } from './load.ts';

const SECRET = 'sk-very-secret-0123456789';
const env = { OPENAI: SECRET, HOST: 'internal.example.com', COUNT: '7', LLM_PROXY_LISTEN: 'no address' };
const IN_FORCE = `
listen: 127.0.0.1:1
proxy_api_key: ${SECRET}
backends:
  - { name: one, url: "https://one.example.com/v1", api_key: "\${OPENAI}" }
models:
  a: { routes: [{ backend: one, model: m }] }
`;
const { config: inForce } = parseConfig(IN_FORCE, { file: 'config.yaml', env: { ...env, LLM_PROXY_LISTEN: '' } });
const check = (text: string, file = 'config.yaml') => checkDraft(text, { file, env }, inForce);

describe('a draft', () => {
  test('has the problems of check, with line and column', () => {
    const { problems, changes } = check('listen: 127.0.0.1:1\nbackends:\n  - { name: a, url: nonsense }\nmodel: {}\n');
    expect(problems.map(({ line, column, path }) => [line, column, path])).toEqual([
      [3, 16, 'backends[0].url'],
      [4, 1, 'model'],
    ]);
    expect(changes).toBeUndefined();
  });

  test('says what it would change', () => {
    const { problems, changes } = check(IN_FORCE.replace('one.example.com', 'two.example.com'));
    expect(problems).toEqual([]);
    expect(changes).toEqual([
      { key: 'backends.one.url', before: '"https://one.example.com/v1"', after: '"https://two.example.com/v1"' },
    ]);
  });

  test('never has values of variables, and does not judge them', () => {
    const report = check(
      'listen: ${OPENAI}\nbackends:\n  - { name: "${OPENAI}", url: "https://${HOST}/v1", max_concurrency: "${COUNT}" }\n',
    );
    expect(report.problems).toEqual([]);
    expect(report.unchecked).toEqual(['listen', 'backends[0].name', 'backends[0].url', 'backends[0].max_concurrency']);
    expect(JSON.stringify(report)).not.toContain('secret');
    expect(JSON.stringify(report)).not.toContain('internal');
    expect(check('listen: 127.0.0.1:1\nproxy_api_key: ${NOBODY}').problems[0]?.message).toContain('NOBODY is not set');
  });

  test('is no way to guess a secret: a right guess and a wrong one have the same answer', () => {
    const guess = (text: string) => check(IN_FORCE.replace(`proxy_api_key: ${SECRET}`, `proxy_api_key: ${text}`));
    expect(guess(SECRET)).toEqual(guess('sk-another-guess-0123456789'));
    const named = (name: string) =>
      check(`${IN_FORCE}  b: { routes: [{ backend: "\${OPENAI}", model: m }] }
  "${name}": { routes: [{ backend: one, model: m }] }
routing: { default_alias: "\${OPENAI}" }
`);
    expect(JSON.stringify(named(SECRET)).replaceAll(SECRET, '')).toBe(
      JSON.stringify(named('guess')).replaceAll('guess', ''),
    );
  });

  test('says of a file whether it is there, and nothing of what is in it', () => {
    const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-draft-'));
    writeFileSync(join(dir, 'key'), SECRET, { mode: 0o644 });
    writeFileSync(join(dir, 'short'), 'x', { mode: 0o600 });
    const file = join(dir, 'config.yaml');
    const text = (name: string): string => `listen: 127.0.0.1:1\nproxy_api_key: file:${name}\n`;
    expect(check(text('key'), file)).toEqual(check(text('short'), file));
    expect(check(text('key'), file).problems).toEqual([]);
    expect(check(text('none'), file).problems[0]?.message).toContain('cannot be read: ENOENT');
    expect(check(text('../'), file).problems[0]?.message).toContain('cannot be read: EISDIR');
    rmSync(dir, { recursive: true });
  });
});

describe('where values stand', () => {
  test('is known by their paths, with variables and the files of secrets', () => {
    const { origins } = parseConfig(IN_FORCE, { file: 'config.yaml', env: { ...env, LLM_PROXY_LISTEN: '' } });
    const all = origins();
    expect(all.get('listen')).toEqual({ line: 2, column: 1, variables: [], secretFile: undefined });
    expect(all.get('backends[0].api_key')).toMatchObject({ line: 5, variables: ['OPENAI'] });
    expect(all.get('models.a.routes[0].model')).toMatchObject({ line: 7 });
    expect(all.has('timeout.connect')).toBe(false);
    const secret = { file: 'config.yaml', env: {}, readSecret: () => SECRET };
    const read = parseConfig('listen: 127.0.0.1:1\nproxy_api_key: file:/run/key', secret).origins();
    expect(read.get('proxy_api_key')).toMatchObject({ line: 2, variables: [], secretFile: '/run/key' });
  });
});
