// Variables that weaken the gateway or show what it is to keep are told of; files of the working directory change nothing.
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NOTHING_FROM_THE_WORKING_DIRECTORY } from '../../scripts/autoload.ts';
import { check } from '../../src/commands/check.ts';
import { runCommand } from '../kit/run-command.ts';
import { environmentDangers } from '../../src/commands/environment-dangers.ts';
import { startGateway } from '../kit/gateway.ts';
import { eventually } from '../kit/settled.ts';

const folder = mkdtempSync(join(tmpdir(), 'environment-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file of this text, and returns its path. */
function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const CA = readFileSync(join(import.meta.dir, '../fixtures/tls/ca.pem'), 'utf8');

const DANGEROUS: readonly (readonly [string, string, string])[] = [
  ['NODE_TLS_REJECT_UNAUTHORIZED', '0', 'certificates of providers are not checked'],
  ['BUN_CONFIG_VERBOSE_FETCH', 'curl', 'keys included'],
  ['BUN_CONFIG_VERBOSE_FETCH', 'true', 'keys included'],
  ['BUN_INSPECT', 'ws://127.0.0.1:1/x', 'a debugger'],
  ['BUN_INSPECT_CONNECT_TO', 'ws://127.0.0.1:1/x', 'a debugger'],
  ['BUN_OPTIONS', '--preload ./x.ts', 'other code'],
  ['NODE_DEBUG', 'http', 'may print'],
  ['NODE_EXTRA_CA_CERTS', '/none/ca.pem', 'there is no such file'],
  ['NODE_EXTRA_CA_CERTS', fileOf('empty.pem', ''), 'holds no certificate in PEM'],
  ['NODE_EXTRA_CA_CERTS', fileOf('der.pem', '0\u0082\u0003binary'), 'holds no certificate in PEM'],
  ['NODE_EXTRA_CA_CERTS', fileOf('broken.pem', CA + CA.replace(/\n.{64}\n/, '\n')), 'or a broken one'],
  ['HTTPS_PROXY', 'http://user:pass-word@127.0.0.1:9', 'through that proxy'],
  ['http_proxy', 'http://127.0.0.1:9', 'through that proxy'],
  ['ALL_PROXY', 'http://127.0.0.1:9', 'through that proxy'],
];

describe('is told of', () => {
  test.each(DANGEROUS)('%s=%s', async (name, value, meaning) => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, 'listen: 127.0.0.1:1\n');
    const { code, out, err } = await runCommand(check, ['-c', path], { [name]: value });
    expect(code).toBe(0);
    const lines = [...err, ...out];
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^warning: ${name} is set: .*${meaning}`)),
      expect.stringContaining('1 warning'),
    ]);
    // The value may be a secret itself.
    expect(lines.join()).not.toContain('pass-word');
  });
});

test('what means no harm is not told of', () => {
  const ca = join(import.meta.dir, '../fixtures/tls/ca.pem');
  const harmless = {
    NODE_TLS_REJECT_UNAUTHORIZED: '1',
    BUN_CONFIG_VERBOSE_FETCH: '0',
    BUN_INSPECT: '',
    NODE_EXTRA_CA_CERTS: ca,
    HTTPS_PROXY: '',
    NO_PROXY: 'localhost',
    BUN_CONFIG_MAX_HTTP_REQUESTS: '65535',
    PATH: '/bin',
  };
  expect(environmentDangers(harmless)).toEqual([]);
});

test('the gateway says so when it starts: to whoever starts it and in its log', async () => {
  const gateway = await startGateway({
    config: { backends: [{ name: 'demo', url: 'demo:' }] },
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  });
  try {
    const said = 'NODE_TLS_REJECT_UNAUTHORIZED is set: certificates of providers are not checked';
    await eventually(() => gateway.stdout().includes(`WARNING: ${said}`) && gateway.stderr().includes(said));
  } finally {
    await gateway.stop();
  }
});

test('an executable takes nothing from the folder that it is started in', async () => {
  const program = join(folder, 'program.ts');
  writeFileSync(program, 'console.log(process.env.FROM_DOTENV ?? "clean");\n');
  const outfile = join(folder, 'program');
  await Bun.build({ entrypoints: [program], compile: { outfile, ...NOTHING_FROM_THE_WORKING_DIRECTORY } });
  const hostile = join(folder, 'hostile');
  mkdirSync(hostile);
  writeFileSync(join(hostile, '.env'), 'FROM_DOTENV=dotenv\n');
  writeFileSync(join(hostile, '.env.local'), 'FROM_DOTENV=local\n');
  writeFileSync(join(hostile, 'bunfig.toml'), 'preload = ["./preload.ts"]\n');
  writeFileSync(join(hostile, 'preload.ts'), 'console.log("preloaded");\n');
  const child = Bun.spawn([outfile], { cwd: hostile, stdout: 'pipe', env: {} });
  expect(await child.stdout.text()).toBe('clean\n');
  // The same from source does obey such files: what holds is the way in which the executable is built.
  const source = Bun.spawn([process.execPath, program], { cwd: hostile, stdout: 'pipe', env: {} });
  expect(await source.stdout.text()).toContain('preloaded');
});
