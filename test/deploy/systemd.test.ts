// The systemd unit: held against the program and the config beside it, and by systemd's own tools where they are.
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { $ } from 'bun';
import { CLOSING_MS } from '../../src/commands/serve.ts';
import { parseDuration } from '../../src/lib/duration.ts';
import { hasTool } from '../kit/required-tool.ts';
import { loadConfig, longestRequestMs, read, ROOT } from './files.ts';

const FOLDER = 'deploy/systemd';
const unit = read(`${FOLDER}/llm-proxy.service`);
const readme = read(`${FOLDER}/README.md`);
const { config, warnings, files } = loadConfig(read(`${FOLDER}/config.yaml`));

/** `security --offline` came with 250. */
const version = hasTool('systemd-analyze')
  ? Number.parseInt((await $`systemd-analyze --version`.quiet().text()).slice('systemd '.length))
  : 0;
const analyzes = version >= 250;
if (version > 0 && !analyzes)
  console.warn(`systemd-analyze is of ${version}, before 250: what systemd makes of the unit is not tested.`);

const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-unit-'));
afterAll(() => rmSync(dir, { recursive: true }));

function setting(name: string): string | undefined {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];
}

describe('systemd', () => {
  test('the unit starts the program by flags that it has', () => {
    const [program, ...flags] = setting('ExecStart')?.split(' ') ?? [];
    expect(readme).toContain(`sudo install -m 755 llm-proxy ${program}\n`);
    expect(flags.pop()).toBe('/etc/llm-proxy/config.yaml');
    // One that is surely not there: this machine may have the other.
    const missing = join(dir, 'config.yaml');
    const started = Bun.spawnSync({ cmd: [process.execPath, join(ROOT, 'src/main.ts'), ...flags, missing] });
    // The flags are understood: an unknown one would be 2.
    expect(started.exitCode).toBe(1);
    expect(started.stderr.toString()).toContain(missing);
  });

  test('the config is valid, without a warning, and drains as long as a request may take', () => {
    expect(warnings).toEqual([]);
    expect(config.proxy_api_key).toBeDefined();
    expect(config.server.shutdown_timeout).toBe(longestRequestMs(config));
    const stopMs = parseDuration(setting('TimeoutStopSec') ?? '') ?? 0;
    expect(stopMs).toBeGreaterThan(config.server.shutdown_timeout + CLOSING_MS);
  });

  test('keys do not cross the network unencrypted, and the log has the files of the runbook', () => {
    expect(config.listen).toBe('127.0.0.1:8765');
    expect(config.logging.separate_files).toBe(true);
  });

  test('the keys of the config are those that the unit hands over and that the README makes', () => {
    const [prefix, folder] = setting('LoadCredential')?.split(':') ?? [];
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const [, name] = new RegExp(`^/run/credentials/llm-proxy\\.service/${prefix}_(.+)$`).exec(file) ?? [];
      expect(readme).toContain(`> ${folder}/${name}'`);
    }
    expect(readme).toContain(`LoadCredentialEncrypted=${setting('LoadCredential')}`);
    expect(readme).toContain(`systemd-creds encrypt --name=${prefix}_openai - ${folder}/openai'`);
  });

  test('reloads by SIGHUP, starts anew after the watchdog, and lets the engine compile', () => {
    expect(setting('ExecReload')).toBe('+/bin/kill -HUP $MAINPID');
    expect(setting('Restart')).toBe('on-failure');
    expect(setting('MemoryDenyWriteExecute')).toBeUndefined();
  });

  test('the folder that it writes its logs to is its own', () => {
    expect(setting('ProtectSystem')).toBe('strict');
    expect(setting('WorkingDirectory')).toBe(`/var/lib/${setting('StateDirectory')}`);
    expect(readme).toContain(`ls ${join(setting('WorkingDirectory') ?? '', config.logging.base_dir)}\n`);
  });

  test.skipIf(!analyzes)('systemd understands the unit', async () => {
    const path = join(dir, 'llm-proxy.service');
    // The program need not be installed here.
    writeFileSync(path, unit.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
    const { exitCode, stderr } = await $`systemd-analyze verify ${path}`.quiet().nothrow();
    expect([exitCode, stderr.toString()]).toEqual([0, '']);
  });

  test.skipIf(!analyzes)('systemd finds the service confined: an exposure of 2.0 of 10 at most', async () => {
    const path = `${FOLDER}/llm-proxy.service`;
    const { exitCode, stdout } = await $`systemd-analyze security --offline=true --threshold=20 ${path}`
      .cwd(ROOT)
      .quiet()
      .nothrow();
    expect(stdout.toString()).toMatch(/Overall exposure level for llm-proxy\.service: \d/);
    expect(exitCode).toBe(0);
  });
});
