// SECURITY.md promises nothing that is not held: each row of its tables of threats leads to a test or to code, every test
// of this folder is led to, and what it names is there.
import { describe, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from '../../src/config/schema.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';

const ROOT = join(import.meta.dir, '../..');
const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
const local = links.filter((target) => !/^(?:https?:|#)/.test(target));

/** Rows of the tables that say what holds them, without their heads. */
const threats = text
  .split(/\n\n/)
  .filter((block) => /^\|[^\n]*\| held by *\|\n/.test(block))
  .flatMap((table) => table.trim().split('\n').slice(2));

describe('SECURITY.md', () => {
  test('leads to what is there', () => {
    expect(local.length).toBeGreaterThan(50);
    for (const path of local) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    const headings = [...text.matchAll(/^##+ (.+)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    for (const target of links.filter((one) => one.startsWith('#'))) expect(headings).toContain(target.slice(1));
  });

  test('says of each threat what holds its promise', () => {
    expect(threats.length).toBeGreaterThan(45);
    for (const row of threats) expect(row).toMatch(/\]\((?:test|src|\.github)\/[^)]+\)[^|]*\|$/);
  });

  test('leads to every test of this folder', () => {
    const tests = readdirSync(import.meta.dir).filter((name) => name.endsWith('.test.ts'));
    for (const name of tests) expect(local).toContain(`test/security/${name}`);
  });

  test('names keys of the config that there are', () => {
    const config = configSchema.parse({ logging: { base_dir: '' } });
    const named = [...text.matchAll(/`([a-z_]+)\.([a-z_]+)(?:: [^`]*)?`/g)].filter(
      ([, section = '']) => section in config,
    );
    expect(named.length).toBeGreaterThan(15);
    const shape = (section: string): object => {
      const { innerType } = Reflect.get(configSchema.shape, section).def;
      return innerType.shape;
    };
    for (const [, section = '', key = ''] of named) expect(Object.keys(shape(section))).toContain(key);
  });
});

test('probes tell strangers what the table of entry points says: the state and the version', async () => {
  expect(text).toMatch(/^\| `\/health`, `\/healthz`, `\/readyz`.*only the state and the version/m);
  const gateway = await startGateway({ config: { proxy_api_key: 'a-key-of-the-operators' } });
  try {
    for (const path of ['/health', '/healthz', '/readyz']) {
      const body: Json = await (await fetch(gateway.url + path)).json();
      for (const name of Object.keys(body)) expect(['status', 'reason', 'version']).toContain(name);
    }
  } finally {
    await gateway.stop();
  }
});

test('connections are opened to where the config says and to the gateway itself alone, never to where a request says', () => {
  const opening = /\bfetch\(|\bBun\.connect|\bnet\.connect|\bcreateConnection|\bnew WebSocket\b/;
  const files = [...new Bun.Glob('src/**/*.ts').scanSync({ cwd: ROOT })]
    .filter((path) => !/\.(?:test|fixture)\.ts$/.test(path) && !path.startsWith('src/commands/'))
    .filter((path) => opening.test(withoutComments(readFileSync(join(ROOT, path), 'utf8'))));
  expect(new Set(files)).toEqual(
    new Set([
      'src/upstream/http/by-fetch.ts',
      'src/upstream/http/connection.ts',
      // To the OIDC provider that the config names, and what that names.
      'src/console/oidc/provider-fetch.ts',
      // To the webhook that the config names.
      'src/admission/budget/send-alert.ts',
      // To where traces are sent, which the config names.
      'src/records/traces/send-spans.ts',
      // Calls a function of this name: what answers a request.
      'src/server/listen.ts',
      // Looks whether anyone answers on the socket that it is to listen on.
      'src/server/unix-socket.ts',
    ]),
  );
});

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}
