import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import { FileWatch, statesOf } from './file-watch.ts';

/** Looks are made when the test says so, and awaited. */
class Looks implements Clock {
  #task: (() => void) | undefined;
  /** Looks that were asked for. */
  #due = 0;
  readonly now = (): number => 0;
  readonly wallNow = (): number => 0;
  readonly after = (_delayMs: number, task: () => void): (() => void) => {
    this.#task = task;
    this.#due++;
    return () => (this.#task = undefined);
  };

  /** Lets one look be made; resolves when the next one is due. */
  async look(): Promise<void> {
    const before = this.#due;
    this.#task?.();
    while (this.#due === before) await Bun.sleep(1);
  }
}

let dir: string;
let looks: Looks;
let watch: FileWatch;
let changes: number;
const path = (name: string): string => join(dir, name);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-watch-'));
  looks = new Looks();
  changes = 0;
  watch = new FileWatch(looks, () => changes++);
});

afterEach(() => {
  watch.stop();
  rmSync(dir, { recursive: true });
});

/** How many changes two looks have found. */
async function found(): Promise<number> {
  const before = changes;
  await looks.look();
  await looks.look();
  return changes - before;
}

describe('a file that is', () => {
  beforeEach(async () => {
    writeFileSync(path('config.yaml'), 'one');
    await watch.watch([path('config.yaml')]);
  });

  test('left alone is no change', async () => {
    expect(await found()).toBe(0);
    expect(await found()).toBe(0);
  });

  test('edited in place is one change, told once', async () => {
    writeFileSync(path('config.yaml'), 'two, longer');
    expect(await found()).toBe(1);
    expect(await found()).toBe(0);
  });

  test('edited to the same size is a change', async () => {
    writeFileSync(path('config.yaml'), 'two');
    utimesSync(path('config.yaml'), 1, 1);
    expect(await found()).toBe(1);
  });

  test('renamed over is a change', async () => {
    writeFileSync(path('config.yaml.new'), 'one');
    renameSync(path('config.yaml.new'), path('config.yaml'));
    expect(await found()).toBe(1);
  });

  test('still being written is told of when it has come to rest', async () => {
    writeFileSync(path('config.yaml'), 'half');
    await looks.look();
    writeFileSync(path('config.yaml'), 'half and half');
    await looks.look();
    expect(changes).toBe(0);
    await looks.look();
    expect(changes).toBe(1);
  });

  test('removed and back is told of both times', async () => {
    rmSync(path('config.yaml'));
    expect(await found()).toBe(1);
    writeFileSync(path('config.yaml'), 'one');
    expect(await found()).toBe(1);
  });
});

test('a symlink that is swapped, as Kubernetes does with a ConfigMap, is a change', async () => {
  for (const [version, text] of Object.entries({ v1: 'one', v2: 'two' })) {
    mkdirSync(path(version));
    writeFileSync(path(`${version}/config.yaml`), text);
  }
  symlinkSync('v1', path('..data'));
  symlinkSync('..data/config.yaml', path('config.yaml'));
  await watch.watch([path('config.yaml')]);
  symlinkSync('v2', path('..data_tmp'));
  renameSync(path('..data_tmp'), path('..data'));
  expect(await found()).toBe(1);
});

describe('a folder', () => {
  beforeEach(async () => {
    mkdirSync(path('prompts/team'), { recursive: true });
    writeFileSync(path('prompts/a.txt'), 'a');
    await watch.watch([path('prompts'), path('missing')]);
  });

  test.each(['prompts/b.txt', 'prompts/team/c.txt', 'prompts/a.txt', 'missing'])(
    'with a new or changed %s',
    async (name) => {
      writeFileSync(path(name), 'something else');
      expect(await found()).toBe(1);
    },
  );

  test("with an editor's hidden file is left alone", async () => {
    writeFileSync(path('prompts/.a.txt.swp'), 'x');
    expect(await found()).toBe(0);
  });
});

test('watching other files as well forgets no change', async () => {
  writeFileSync(path('config.yaml'), 'one');
  await watch.watch([path('config.yaml')]);
  writeFileSync(path('config.yaml'), 'two, longer');
  await watch.watch([path('config.yaml'), path('secret')]);
  expect(await found()).toBe(1);
});

test('a change between the reading of a file and the first look at it is found', async () => {
  writeFileSync(path('config.yaml'), 'one');
  watch = new FileWatch(looks, () => changes++, await statesOf([path('config.yaml')]));
  writeFileSync(path('config.yaml'), 'two, longer');
  await watch.watch([path('config.yaml')]);
  expect(await found()).toBe(1);
});

test('watching the same files again forgets no change', async () => {
  writeFileSync(path('config.yaml'), 'one');
  await watch.watch([path('config.yaml')]);
  writeFileSync(path('config.yaml'), 'two, longer');
  await watch.watch([path('config.yaml')]);
  expect(await found()).toBe(1);
});
