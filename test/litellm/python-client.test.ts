// The Python client and the command line of LiteLLM, as they come from PyPI, against the gateway.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Json } from '../kit/json.ts';
import { pythonWith } from '../kit/python.ts';
import { MASTER_KEY, startManaged, type Managed } from './gateway.ts';

const python = await pythonWith('litellm', ['litellm==1.110.2', 'requests', 'click', 'rich']);
/** Importing it takes seconds. */
const TIMEOUT_MS = 120_000;

let managed: Managed;
let told: Json;

/** Importing the client takes seconds: everything is asked in one run, which prints what came of it. */
const SCRIPT = `
import json, os
from click.testing import CliRunner
from litellm.proxy.client import Client
from litellm.proxy.client.cli.commands.keys import keys
from litellm.proxy.client.cli.commands.models import models
from litellm.proxy.client.exceptions import UnauthorizedError

url, master = os.environ["GATEWAY"], os.environ["MASTER_KEY"]
client = Client(base_url=url, api_key=master)
told = {}
told["made"] = made = client.keys.generate(models=["gpt-5"], key_alias="py", duration="7d", user_id="ann")
told["info"] = client.keys.info(made["key"])
client.keys.update(key=made["key"], models=["gpt-5", "claude"])
told["listed"] = client.keys.list(return_full_object=True, key_alias="py", size=5, page=1)
told["tokens"] = client.keys.list(user_id="ann")
told["deleted"] = client.keys.delete(key_aliases=["py"])
told["after"] = client.keys.list()

core = {"team_alias": "core", "max_budget": 10, "budget_duration": "7d"}
told["team"] = client.http.request(method="POST", uri="/team/new", json=core)
told["teams"] = client.teams.list()
told["page"] = client.teams.list_v2(team_alias="or")
told["models"] = client.models.info()
told["logs"] = client.http.request(method="GET", uri="/spend/logs")
try:
    Client(base_url=url, api_key="sk-of-nobody-at-all").keys.list()
except UnauthorizedError:
    told["stranger"] = "unauthorised"

place = {"base_url": url, "api_key": master}
def cli(group, *words):
    return CliRunner().invoke(group, words, obj=place, catch_exceptions=False).output
told["cli_made"] = cli(keys, "generate", "--models", "gpt-5", "--key-alias", "cli", "--duration", "24h")
told["cli_listed"] = cli(keys, "list", "--format", "json")
told["cli_models"] = cli(models, "info", "--columns", "public_model,upstream_model,input_cost")
print(json.dumps(told))
`;

beforeAll(async () => {
  if (python === undefined) return;
  managed = await startManaged();
  const child = Bun.spawn([python, '-c', SCRIPT], {
    // Without the first it asks GitHub for prices before anything else.
    env: {
      ...process.env,
      // Its tables and JSON are to be read by a program.
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      TTY_COMPATIBLE: '0',
      TERM: 'dumb',
      COLUMNS: '500',
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      GATEWAY: managed.gateway.url,
      MASTER_KEY,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const outputs = [new Response(child.stdout).text(), new Response(child.stderr).text()];
  const [out = '', err] = await Promise.all(outputs);
  if ((await child.exited) !== 0) throw new Error(err);
  told = JSON.parse(out.trim().split('\n').at(-1) ?? '');
}, TIMEOUT_MS);
afterAll(async () => {
  if (python !== undefined) await managed.stop();
});

describe.skipIf(python === undefined)('the Python client', () => {
  test('makes, lists, reads, changes and deletes keys', async () => {
    const { made, info, listed, tokens, deleted, after } = told;
    expect(made).toMatchObject({
      key: expect.stringMatching(/^sk-lp-/),
      models: ['gpt-5'],
      key_alias: 'py',
      user_id: 'ann',
    });
    expect(info.info).toMatchObject({ token: made.token, key_alias: 'py', spend: 0, blocked: false });
    expect(listed).toMatchObject({ total_count: 1, current_page: 1, total_pages: 1 });
    expect(listed.keys[0]).toMatchObject({ token: made.token, models: ['gpt-5', 'claude'], user_id: 'ann' });
    expect(tokens.keys).toEqual([made.token]);
    expect(deleted).toEqual({ deleted_keys: ['py'] });
    expect(after.total_count).toBe(0);
    expect(await managed.ask(made.key)).toBe('401 invalid_api_key');
  });

  test('lists teams and models, and asks for anything else by its HTTP client', () => {
    const { team, teams, page, models, logs } = told;
    expect(team).toMatchObject({
      team_id: 'core',
      team_alias: 'core',
      max_budget: 10,
      budget_duration: '7d',
      spend: 0,
    });
    expect(teams).toMatchObject([{ team_id: 'core' }]);
    expect(page).toMatchObject({ teams: [{ team_id: 'core' }], total: 1, page: 1, total_pages: 1 });
    expect(models.find(({ model_name: name }: Json) => name === 'claude')).toMatchObject({
      litellm_params: { model: 'one/claude' },
      model_info: { id: expect.any(String), input_cost_per_token: 1e-12, output_cost_per_token: 15e-6 },
    });
    expect(Array.isArray(logs)).toBe(true);
  });

  test('knows a wrong key as unauthorised', () => expect(told.stranger).toBe('unauthorised'));

  test('has a command line that makes keys, and shows keys and models', () => {
    expect(told.cli_made).toContain('sk-lp-');
    expect(JSON.parse(told.cli_listed).keys).toMatchObject([{ key_alias: 'cli', models: ['gpt-5'] }]);
    expect(told.cli_models).toContain('one/gpt-5');
  });
});
