import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installationSecret, SecretProblem } from './installation-secret.ts';
import { KeyHashes } from './key-hashes.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-secret-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = (): string => join(dir, 'secret');

function problem(): string {
  try {
    installationSecret(dir);
    return '';
  } catch (error) {
    if (error instanceof SecretProblem) return error.message;
    throw error;
  }
}

describe('the secret of an installation', () => {
  test('is made once, for its owner alone, and is the same from then on', () => {
    const [first] = installationSecret(dir);
    expect(first.length).toBe(32);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(installationSecret(dir)).toEqual([first]);
    expect(readdirSync(dir)).toEqual(['secret']);
  });

  test('is made in a directory that is not there yet, for its owner alone', () => {
    dir = join(dir, 'a', 'b');
    installationSecret(dir);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  test('that others can read is refused, with what to do', () => {
    installationSecret(dir);
    chmodSync(file(), 0o640);
    expect(problem()).toContain(`(chmod 600 ${file()})`);
  });

  test('that is empty or something else is refused, and nothing of it is told', () => {
    writeFileSync(file(), '', { mode: 0o600 });
    expect(problem()).toContain('is empty');
    writeFileSync(file(), 'hunter2-hunter2\n', { mode: 0o600 });
    expect(problem()).toContain('64 hexadecimal digits');
    expect(problem()).not.toContain('hunter2');
    writeFileSync(file(), `${'ab'.repeat(32)}\n`.repeat(3), { mode: 0o600 });
    expect(problem()).toContain('more than 2 lines');
  });

  test('may be replaced: keys that were made with the one before are known', () => {
    const old = new KeyHashes(installationSecret(dir));
    const stored = new Map([[old.hash('a-key'), 'ann']]);
    const before = readFileSync(file(), 'utf8');
    writeFileSync(file(), `${'cd'.repeat(32)}\n${before}`);
    const hashes = new KeyHashes(installationSecret(dir));
    expect(hashes.hash('a-key')).not.toBe(old.hash('a-key'));
    expect([hashes.find('a-key', stored), hashes.find('another', stored)]).toEqual(['ann', undefined]);
  });

  test('several that start at once come to the same', async () => {
    const code = `import { installationSecret } from '${join(import.meta.dir, 'installation-secret.ts')}';
      console.log(Buffer.from(installationSecret(process.argv[1])[0]).toString('hex'));`;
    const runs = Array.from({ length: 4 }, () => Bun.spawn([process.execPath, '-e', code, dir], { stdout: 'pipe' }));
    const said = await Promise.all(runs.map(({ stdout }) => stdout.text()));
    expect(said.map((text) => text.trim().length)).toEqual([64, 64, 64, 64]);
    expect(new Set(said).size).toBe(1);
  });
});
