// `llm-proxy keys` and `teams` over a database of their own, and beside a gateway that runs.
import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { send } from '../../test/kit/client.ts';
import { startGateway } from '../../test/kit/gateway.ts';
import type { Json } from '../../test/kit/json.ts';
import { runCommand } from '../../test/kit/run-command.ts';
import { eventually } from '../../test/kit/settled.ts';
import { tempDir } from '../records/ledger/ledger.fixture.ts';
import { openStore } from '../storage/open-store.ts';
import { UsageError } from './command.ts';
import { keys } from './keys.ts';
import { teams } from './teams.ts';

const folder = tempDir();
afterAll(() => folder[Symbol.dispose]());

const SECRET = /^sk-lp-[0-9A-Za-z]{38}$/;

/** A config with a database of its own; both in a folder. */
function configIn(name: string, more: object = {}): string {
  const file = join(folder.dir, `${name}.yaml`);
  const keyed = { admin: { api_key: 'admin-0123456789abcdef' } };
  writeFileSync(file, JSON.stringify({ listen: '127.0.0.1:1', data_dir: `data-${name}`, ...keyed, ...more }));
  return file;
}

describe('keys', () => {
  test('are made, listed, rotated and revoked, and the secret stands alone on standard output', async () => {
    const config = configIn('life', { teams: [{ name: 'platform' }] });
    const words = ['--team', 'platform', '--model', 'fast,gpt-*', '--budget', '5/day', '--budget', 'tokens:1000/hour'];
    const more = ['--rpm', '60', '--tag', 'env=prod', '--owner', 'ann', '--endpoint', 'chat', '--log-bodies', 'errors'];
    const made = await runCommand(keys, ['create', 'ci', '-c', config, ...words, ...more]);
    expect([made.code, made.err]).toEqual([0, ['The key ci was made. Its secret is shown only now: keep it.']]);
    expect(made.out).toEqual([expect.stringMatching(SECRET)]);

    const { out } = await runCommand(keys, ['list', '-c', config]);
    expect(out[0]?.split(/ {2,}/)).toEqual(['NAME', 'TEAM', 'KEY', 'STATE', 'MODELS', 'BUDGETS']);
    expect(out[1]?.split(/ {2,}/)).toEqual([
      'ci',
      'platform',
      `${made.out[0]?.slice(0, 10)}…`,
      'on',
      'fast, gpt-*',
      '5/day, tokens:1000/hour',
    ]);
    expect(out.join()).not.toContain(made.out[0] ?? '');
    const listed: Json = JSON.parse((await runCommand(keys, ['list', '--json', '-c', config])).out[0] ?? '');
    expect(listed.data).toMatchObject([
      {
        name: 'ci',
        owner: 'ann',
        rpm: 60,
        tags: { env: 'prod' },
        endpoints: ['chat'],
        log_bodies: 'errors',
        version: 1,
        source: 'store',
      },
    ]);

    const rotated = await runCommand(keys, ['rotate', 'ci', '--grace', '1h', '--json', '-c', config]);
    const view: Json = JSON.parse(rotated.out[0] ?? '');
    expect(view).toMatchObject({ name: 'ci', generation: 2, key: expect.stringMatching(SECRET) });
    expect(view.key).not.toBe(made.out[0]);

    const revoked = await runCommand(keys, ['revoke', listed.data[0].id, '-c', config]);
    expect(revoked).toEqual({ code: 0, out: [`ci is revoked (${listed.data[0].id})`], err: [] });
    expect((await runCommand(keys, ['list', '-c', config])).out).toHaveLength(1);

    const store = await openStore({ kind: 'sqlite', file: join(folder.dir, 'data-life', 'llm-proxy.db') });
    const { data: entries } = await store.audit.page({ limit: 10 });
    await store.close();
    expect(entries.map(({ action, actor }) => `${actor}: ${action}`).toSorted()).toEqual([
      'command line: keys.create',
      'command line: keys.revoke',
      'command line: keys.rotate',
    ]);
  });

  test('are held to the rules of the config', async () => {
    const config = configIn('rules', { keys: [{ name: 'old', key: 'key-of-old-0123456789', models: ['*'] }] });
    const problems = async (...words: string[]): Promise<string> => {
      const { code, out, err } = await runCommand(keys, [...words, '-c', config]);
      expect([code, out]).toEqual([1, []]);
      return err.join('\n');
    };
    expect(await problems('create', 'a')).toContain('models: is missing');
    expect(await problems('create', 'a', '--model', '*', '--team', 'none')).toContain('team:');
    expect(await problems('create', 'a', '--model', '*', '--budget', '1e309/day')).toContain(
      'budgets[0].usd: is too much',
    );
    expect(await problems('create', 'a', '--model', '*', '--rpm', 'many')).toContain('rpm:');
    expect(await problems('create', 'old', '--model', '*')).toContain('duplicate key name "old"');
    expect(await problems('create', "x'; DROP TABLE keys --", '--model', '*')).toContain('name:');
    expect(await problems('revoke', 'none')).toBe('There is no key "none".');
    expect(await problems('revoke', 'old')).toContain('stands in the config');
    expect(await problems('rotate', 'old', '--grace', '1h')).toContain('stands in the config');
    expect((await runCommand(keys, ['list', '-c', config])).out[1]).toContain('in the config');
  });

  test('two of one name are told apart by their team', async () => {
    const config = configIn('twice', { teams: [{ name: 'a' }, { name: 'b' }] });
    for (const team of ['a', 'b'])
      await runCommand(keys, ['create', 'ci', '--model', '*', '--team', team, '-c', config]);
    expect((await runCommand(keys, ['revoke', 'ci', '-c', config])).err).toEqual([
      'Several keys are named "ci". Say of which team with --team: a, b.',
    ]);
    expect((await runCommand(keys, ['revoke', 'ci', '--team', 'b', '-c', config])).code).toBe(0);
    expect((await runCommand(keys, ['list', '-c', config])).out).toHaveLength(2);
  });

  test('none is made where there is no database, or where everyone is let in', async () => {
    const file = join(folder.dir, 'plain.yaml');
    writeFileSync(file, 'listen: 127.0.0.1:1\n');
    const create = ['create', 'a', '--model', '*', '-c', file];
    expect(await runCommand(keys, create)).toMatchObject({ code: 1, err: [expect.stringContaining('no database')] });
    writeFileSync(file, 'listen: 127.0.0.1:1\ndata_dir: open\n');
    expect(await runCommand(keys, create)).toMatchObject({
      code: 1,
      err: [expect.stringContaining('open to everyone')],
    });
  });

  test.each([
    [[]],
    [['drop']],
    [['create']],
    [['list', 'ci']],
    [['revoke', 'ci', '--grace', '1h']],
    [['create', 'ci', '--budget', '5']],
    [['create', 'ci', '--budget', 'eur:5/day']],
    [['create', 'ci', '--tag', 'prod']],
  ])('%j is no command line', async (words) => {
    await expect(runCommand(keys, words)).rejects.toThrow(UsageError);
  });

  test('a gateway that runs sees them within a second', async () => {
    const config = configIn('live');
    const data = join(folder.dir, 'data-live');
    const gateway = await startGateway({
      config: {
        data_dir: data,
        admin: { api_key: 'admin-0123456789abcdef' },
        backends: [{ name: 'demo', url: 'demo:' }],
        models: { fast: { routes: [{ backend: 'demo', model: 'demo' }] } },
      },
    });
    const ask = async (key: string): Promise<number> => {
      const body = { model: 'fast', messages: [{ role: 'user', content: 'Hi' }] };
      const headers = { authorization: `Bearer ${key}` };
      return (await send(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body })).status;
    };
    const { out } = await runCommand(keys, ['create', 'ci', '--model', 'fast', '-c', config]);
    await eventually(async () => (await ask(out[0] ?? '')) === 200, { everyMs: 200 });
    await runCommand(keys, ['revoke', 'ci', '-c', config]);
    await eventually(async () => (await ask(out[0] ?? '')) === 401, { everyMs: 200 });
    await gateway.stop();
  });
});

describe('teams', () => {
  test('are made and listed, those of the config as well', async () => {
    const config = configIn('teams', { teams: [{ name: 'company' }] });
    const words = ['--parent', 'company', '--budget', '500/month', '--max-concurrency', '4', '-c', config];
    expect(await runCommand(teams, ['create', 'platform', ...words])).toEqual({
      code: 0,
      out: ['the team platform was made'],
      err: [],
    });
    expect((await runCommand(teams, ['create', 'company', '-c', config])).err.join()).toContain('duplicate team name');
    expect((await runCommand(teams, ['list', '-c', config])).out).toEqual([
      'NAME      PARENT   FROM          MODELS  BUDGETS',
      'company   -        the config    -       -',
      'platform  company  the database  -       500/month',
    ]);
    const listed: Json = JSON.parse((await runCommand(teams, ['list', '--json', '-c', config])).out[0] ?? '');
    expect(listed.data[1]).toMatchObject({ name: 'platform', max_concurrency: 4, parent: 'company' });
  });
});
