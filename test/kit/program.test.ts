// Where tests have real programs from, and what comes of one that is missing.
import { afterEach, describe, expect, spyOn, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cached } from '../../scripts/cached.ts';
import { fileOf, program } from './program.ts';
import { hasTool, requiredTool } from './required-tool.ts';

describe('a real program', () => {
  const { PATH, CI } = process.env;
  const nothing = { apt: 'no-such-package', path: 'usr/bin/none' };

  afterEach(() => {
    process.env.PATH = PATH;
    if (CI === undefined) delete process.env.CI;
    else process.env.CI = CI;
    delete process.env['LLM_PROXY_TESTS_WITHOUT'];
  });

  test('on PATH is taken from there', async () => {
    expect(await program('git', { apt: 'git', path: 'usr/bin/git' })).toBe(Bun.which('git') ?? 'not on PATH');
  });

  test.skipIf(process.platform !== 'linux')('that cannot be had is an error in CI, and told elsewhere', async () => {
    process.env.PATH = '/nowhere';
    process.env.CI = 'true';
    await expect(program('none-in-ci', nothing)).rejects.toThrow(
      "none-in-ci is not on PATH, and Debian's package no-such-package does not give it: there is no apt-get here",
    );
    delete process.env.CI;
    const warn = spyOn(console, 'warn').mockImplementation(() => {});
    expect(await program('none-elsewhere', nothing)).toBeUndefined();
    expect(warn.mock.calls.flat().join()).toContain('there is no apt-get here');
    warn.mockRestore();
  });

  test('is found where its package has it, in /usr or not', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llm-proxy-package-'));
    try {
      for (const path of ['usr/bin/merged', 'lib/unmerged', 'usr/lib/odd']) {
        mkdirSync(join(folder, dirname(path)), { recursive: true });
        writeFileSync(join(folder, path), '');
      }
      expect(fileOf(folder, 'bin/merged')).toBe(join(folder, 'usr/bin/merged'));
      expect(fileOf(folder, 'usr/bin/merged')).toBe(join(folder, 'usr/bin/merged'));
      expect(fileOf(folder, 'usr/lib/unmerged')).toBe(join(folder, 'lib/unmerged'));
      expect(() => fileOf(folder, 'bin/none')).toThrow('the package has no bin/none');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.skipIf(process.platform !== 'linux')(
    'that every machine of CI has is needed there, unless it is left out',
    () => {
      process.env.CI = 'true';
      expect(requiredTool('git')).toBe(Bun.which('git') ?? 'not on PATH');
      expect(() => hasTool('no-such-tool')).toThrow('There is no no-such-tool here: install it, or name it in');
      process.env['LLM_PROXY_TESTS_WITHOUT'] = 'npm no-such-tool';
      const warn = spyOn(console, 'warn').mockImplementation(() => {});
      expect([hasTool('no-such-tool'), hasTool('no-such-tool')]).toEqual([false, false]);
      expect(warn.mock.calls.flat()).toEqual(['There is no no-such-tool here: what needs it is skipped.']);
      warn.mockRestore();
    },
  );

  test('is kept once it is whole, and made by whoever is first', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'llm-proxy-cached-')), 'kept');
    const make = (text: string) => async (work: string) => {
      await Bun.write(join(work, 'files/a'), text);
      return join(work, 'files');
    };
    await expect(cached(folder, () => Promise.reject(new Error('broken off')))).rejects.toThrow('broken off');
    expect(existsSync(folder)).toBe(false);
    await Promise.all(['one', 'two'].map((text) => cached(folder, make(text))));
    const first = readFileSync(join(folder, 'a'), 'utf8');
    await cached(folder, make('three'));
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe(first);
    expect(readdirSync(dirname(folder))).toEqual(['kept']);
    rmSync(dirname(folder), { recursive: true });
  });
});
