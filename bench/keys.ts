// What very many keys cost: the start of the gateway's keys from a database, a check of a key, and memory.
//   bun bench/keys.ts [--keys 10000]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AccessCache } from '../src/admission/keys/access-cache.ts';
import { AccessSync } from '../src/admission/keys/access-sync.ts';
import { KeySecret } from '../src/admission/keys/key-secret.ts';
import { installationSecret } from '../src/admission/keys/installation-secret.ts';
import { makeKey } from '../src/admission/keys/made-key.ts';
import { StoredKeys } from '../src/admission/keys/stored-keys.ts';
import { TeamTree } from '../src/admission/keys/team-tree.ts';
import { systemClock } from '../src/lib/clock.ts';
import { openStore } from '../src/storage/open-store.ts';
import { keyOf } from '../test/storage/rows.ts';

const STARTS = 5;
const CHECKS = 200_000;

const { values } = parseArgs({ options: { keys: { type: 'string', default: '10000' } } });
const count = Math.min(Number(values.keys), 100_000);
const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-keys-'));
const store = await openStore({ kind: 'sqlite', file: join(dir, 'llm-proxy.db') });
const secret = new KeySecret(installationSecret(dir), () => undefined);
const cache = new AccessCache(dir);

try {
  await secret.confirm(store.facts);
  const secrets = await fill();
  let keys = new StoredKeys(new TeamTree(), secret);
  for (let at = 0; at < STARTS; at += 1) {
    Bun.gc(true);
    const before = process.memoryUsage().heapUsed;
    const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
    keys = await started();
    const { user, system } = process.cpuUsage(cpu);
    const ms = performance.now() - startedAt;
    Bun.gc(true);
    const megabytes = (process.memoryUsage().heapUsed - before) / 1024 / 1024;
    const figures = `${ms.toFixed(0)} ms, ${((user + system) / 1000).toFixed(0)} ms of CPU`;
    console.log(`start with ${keys.size} keys: ${figures}, ${megabytes.toFixed(1)} MB more than before`);
  }
  check('a key that is known', keys, secrets);
  check('a key that is not', keys, [makeKey()]);
} finally {
  await cache.written();
  await store.close();
  rmSync(dir, { recursive: true });
}

/** Makes keys, and returns some of their secrets. */
async function fill(): Promise<string[]> {
  const secrets: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const key = makeKey();
    const hash = secret.hashOf(key);
    await store.keys.insert(keyOf({ id: Bun.randomUUIDv7(), name: `key-${at}`, hash, allowedIps: undefined }));
    if (at % 100 === 0) secrets.push(key);
  }
  return secrets;
}

/** What the gateway does when it starts. */
async function started(): Promise<StoredKeys> {
  const keys = new StoredKeys(new TeamTree(), secret);
  const nothing = (): void => undefined;
  const events = { unreadable: nothing, readable: nothing, shadowed: nothing, uncached: nothing };
  const parts = { store: () => Promise.resolve(store), keys, secret, cache, clock: systemClock, events };
  const sync = new AccessSync(parts);
  await sync.start();
  sync.stop();
  await cache.written();
  return keys;
}

function check(name: string, keys: StoredKeys, secrets: readonly string[]): void {
  let found = 0;
  const cpu = process.cpuUsage();
  for (let at = 0; at < CHECKS; at += 1) if (keys.find(secrets[at % secrets.length] ?? '') !== undefined) found += 1;
  const { user, system } = process.cpuUsage(cpu);
  console.log(`${name}: ${((user + system) / CHECKS).toFixed(2)} µs of CPU (${found} of ${CHECKS} found)`);
}
