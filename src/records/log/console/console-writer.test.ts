import { expect, test } from 'bun:test';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stderrWriter } from './console-writer.ts';

test('the console writer writes everything in order and says where text was left out, in the words of its owner', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'console-'));
  const path = join(dir, 'out');
  const fd = openSync(path, 'w');
  const write = stderrWriter(fd);
  write('one\n');
  write('two ü\n');
  await write.flush();
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo ü\n');
  write('x'.repeat(2 << 20));
  write('three\n');
  await write.flush();
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo ü\nthree\n(1 lines left out here)\n');
  write.onLeftOut((lines) => `{"lines":${lines}}\n`);
  write('four\n');
  write('x'.repeat(2 << 20));
  write('x'.repeat(2 << 20));
  await write.flush();
  expect(readFileSync(path, 'utf8')).toEndWith('here)\nfour\n{"lines":2}\n');
  closeSync(fd);
  rmSync(dir, { recursive: true });
});
