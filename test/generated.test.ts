// How generated files are written (scripts/): a text that cannot be formatted is not, and a check changes nothing.
import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatted } from '../scripts/formatted.ts';
import { command } from './kit/command.ts';

const ROOT = join(import.meta.dir, '..');

test('what the formatter refuses is not written', async () => {
  await expect(formatted('docs/x.json', '{"a": ')).rejects.toThrow('bun fmt failed on docs/x.json');
});

test('a check says which file is another one, and leaves it as it is', async () => {
  const program = `
    const { writeGenerated } = await import(${JSON.stringify(`${ROOT}/scripts/write-generated.ts`)});
    await writeGenerated('LICENSE', 'another one');
    await writeGenerated('package.json', await Bun.file('package.json').text());
  `;
  const before = readFileSync(`${ROOT}/LICENSE`, 'utf8');
  const { code, out, err } = await command([process.execPath, '-e', program, '--', '--check'], { cwd: ROOT, env: {} });
  expect({ code, out, err }).toEqual({
    code: 1,
    out: 'LICENSE is not what its source generates: run `make generate`\n',
    err: '',
  });
  expect(readFileSync(`${ROOT}/LICENSE`, 'utf8')).toBe(before);
});
