// What a gateway without a config and without a provider's key keeps, shows, and leaves behind.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endAll } from '../kit/command.ts';
import { hasHistory, startDemoProgram, type DemoProgram } from '../kit/demo-program.ts';

interface Row {
  readonly started_at: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly caller: string;
}

let demo: DemoProgram;
beforeAll(async () => {
  demo = await startDemoProgram();
  await hasHistory(demo);
});
afterAll(async () => {
  await demo.stop();
  endAll();
});

async function asked<Value>(path: string, options: RequestInit = {}, { url } = demo): Promise<Value> {
  const answer = await fetch(url + path, { keepalive: false, ...options });
  return (await answer.json()) as Value;
}

function chat(key?: string): RequestInit {
  return {
    method: 'POST',
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'demo-code', messages: [{ role: 'user', content: 'Hello' }] }),
  };
}

const HIDDEN = { headers: { 'x-llm-proxy-demo-history': 'hide' } };
const folders = (at = demo.temporary) => readdirSync(at).filter((name) => name.startsWith('llm-proxy-demo-'));

describe('a demo', () => {
  test('keeps what it keeps in a folder of its own, for its owner alone', () => {
    const [folder = '', ...others] = folders();
    expect(others).toEqual([]);
    expect(lstatSync(join(demo.temporary, folder)).mode & 0o777).toBe(0o700);
  });

  test('has a past, every row of which is marked, and the pages agree on what it comes to', async () => {
    const { demo: said } = await asked<{ demo: { history_until: string } }>('/console/session');
    const { data } = await asked<{ data: Row[] }>('/admin/requests?limit=1000&to=' + said.history_until);
    expect(data.length).toBeGreaterThan(900);
    expect(data.filter(({ tags }) => tags['demo'] !== 'history')).toEqual([]);
    type Total = { requests: number; cost_usd: string; unpriced: number };
    const { total } = await asked<{ total: Total }>('/admin/usage?from=3h');
    const { totals, before } = await asked<{ totals: Total; before: Total }>('/admin/overview?window=1h');
    const { total: marked } = await asked<{ total: Total }>('/admin/usage?from=3h&tag=demo%3Dhistory');
    expect(total.requests).toBe(marked.requests);
    expect(totals.requests + before.requests).toBeWithin(total.requests - 80, total.requests + 1);
    const teams = await asked<{ data: { team: string | null; requests: number }[] }>(
      '/admin/usage?from=3h&group_by=team',
    );
    expect(teams.data.reduce((sum, { requests }) => sum + requests, 0)).toBe(total.requests);
  });

  test('has nothing marked after its start, and hides what was before on demand', async () => {
    const { key } = await asked<{ key: string }>('/admin/keys', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'mine', models: ['*'], team: 'platform' }),
    });
    expect((await fetch(`${demo.url}/v1/chat/completions`, { keepalive: false, ...chat(key) })).status).toBe(200);
    expect((await fetch(`${demo.url}/v1/chat/completions`, { keepalive: false, ...chat() })).status).toBe(200);
    const { data } = await asked<{ data: Row[] }>('/admin/requests', HIDDEN);
    expect(data.map(({ caller, tags }) => [caller, tags])).toEqual([
      ['anonymous', {}],
      ['mine', {}],
    ]);
    const { totals } = await asked<{ totals: { requests: number } }>('/admin/overview', HIDDEN);
    expect(totals.requests).toBe(2);
    // A key that is none lets nobody in, although none is needed.
    const other = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
    expect((await fetch(`${demo.url}/v1/chat/completions`, { keepalive: false, ...chat(other) })).status).toBe(401);
  });

  test('says who has spent the money of a team', async () => {
    type Attention = { kind: string; subject: string };
    const { attention } = await asked<{ attention: Attention[] }>('/admin/overview');
    expect(attention).toContainEqual(
      expect.objectContaining({ kind: 'budget_exceeded', subject: 'team:research/trial' }),
    );
    const { data } = await asked<{ data: { actor: string }[] }>('/admin/audit?limit=200');
    expect(data.filter(({ actor }) => actor === 'demo').length).toBe(11);
  });
});

describe('what a demo leaves behind', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'llm-proxy-leftovers-'));
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  test('is nothing; the next one removes what one that was killed has left, but nothing of one that runs', async () => {
    const killed = await startDemoProgram({ temporary });
    const [left = ''] = folders(temporary);
    killed.program.signal('SIGKILL');
    await killed.program.exited;
    expect(folders(temporary)).toEqual([left]);
    const first = await startDemoProgram({ temporary });
    const [its = ''] = folders(temporary);
    expect(its).not.toBe(left);
    const second = await startDemoProgram({ temporary });
    expect(folders(temporary)).toContain(its);
    expect(folders(temporary)).toHaveLength(2);
    await Promise.all([first.stop(), second.stop(), killed.stop()]);
    expect(folders(temporary)).toEqual([]);
  }, 60_000);

  test.each<[string, Parameters<typeof startDemoProgram>[0]]>([
    ["a provider's key", { env: { OPENAI_API_KEY: 'sk-0123456789abcdef' } }],
    [
      'a config',
      {
        config:
          'backends: [{name: demo, url: "demo:"}]\nmodels: {demo: {routes: [{backend: demo, model: demo}]}}\ndata_dir: ./data\n',
      },
    ],
  ])('nothing is made up where there is %s', async (_, options) => {
    const real = await startDemoProgram(options);
    const session = await asked<{ demo: object | null }>('/console/session', {}, real);
    expect(session.demo).toBeNull();
    expect(folders(real.temporary)).toEqual([]);
    const { data } = await asked<{ data: Row[] }>('/admin/requests', {}, real);
    expect(data).toEqual([]);
    await real.stop();
  });
});
