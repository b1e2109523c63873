import { join } from 'node:path';
import type { BackendReport } from '../../src/routing/report.ts';
import { watchAlerts, type Fired } from './alerts.ts';
import { GATEWAY_KEY, Traffic, ask, type Served, type ShownRequest } from './application.ts';
import { PATIENCE_MS, setStage, strip, type Stage } from './stage.ts';

/** All that the night left behind, as printed by the program. */
export interface Night {
  readonly config: string;
  readonly start: string;
  readonly failover: ShownRequest;
  readonly cut: ShownRequest;
  readonly refused: ShownRequest;
  readonly fired: readonly Fired[];
  readonly backends: string;
  readonly explained: string;
  readonly newKey: string;
  readonly typo: string;
  readonly check: string;
  readonly back: string;
  /** The attempts of the first request that was told of, as its line in the log has them. */
  readonly found: string;
  readonly requests: readonly Served[];
}

export const CONFIG = `listen: 127.0.0.1:8765
proxy_api_key: file:keys/gateway

backends: # at home: api.openai.com, your Azure resource, api.anthropic.com
  - { name: openai, url: 'http://127.0.0.1:9101/v1', api_key: 'file:keys/openai' }
  - { name: azure, url: 'http://127.0.0.1:9102/v1', api_key: 'file:keys/azure' }
  - { name: anthropic, vendor: anthropic, url: 'http://127.0.0.1:9103', api_key: 'file:keys/anthropic' }

models:
  assistant:
    routes:
      - { backend: openai, model: gpt-5, priority: 1 }
      - { backend: azure, model: gpt-5, priority: 2 } # L1: another backend of the alias
  claude:
    routes:
      - { backend: anthropic, model: claude-sonnet-4-5 }

fallback:
  cooldown_seconds: 60
  alias_fallback: { assistant: [claude] } # L2: another alias, when no backend of the first one serves

logging: { base_dir: ./logs, separate_files: true }
metrics: { public: true }
timeout: { connect_timeout: 2m, first_byte_timeout: 5m } # generous, for the clock of this page runs fast
`;

const KEYS = {
  'keys/gateway': GATEWAY_KEY,
  'keys/openai': 'sk-openai-0123456789abcdef',
  'keys/azure': 'az-0123456789abcdef-old',
  'keys/anthropic': 'sk-ant-0123456789abcdef',
};
const MINUTE_MS = 60_000;
const COOLDOWN_MS = MINUTE_MS;

/** Lives through the night: providers fail, and what the gateway prints meanwhile is kept. */
export async function liveThrough(): Promise<Night> {
  const stage = await setStage(CONFIG, KEYS);
  const traffic = new Traffic(stage);
  try {
    const start = `${stage.banner}${stage.printed}`;
    return {
      config: CONFIG,
      start,
      ...(await failures(stage, traffic)),
      ...(await recovery(stage)),
      requests: await traffic.stop(),
    };
  } finally {
    try {
      await traffic.stop();
    } finally {
      await stage.stop();
    }
  }
}

/** One provider is overloaded, the other cuts an answer and then refuses its key, until the alerts have fired. */
async function failures(
  stage: Stage,
  traffic: Traffic,
): Promise<Pick<Night, 'failover' | 'cut' | 'refused' | 'fired' | 'backends' | 'explained'>> {
  const { openai, azure } = stage.providers;
  const alerts = await watchAlerts(stage);
  try {
    await story(stage, 1);
    const failover = await traffic.pausedFor(() => {
      openai.state = 'overloaded';
      return ask(stage, 'b7f0c1e2-5a3d-4f67-9c10-0c8e5f1a2b01', false);
    });
    await until(stage, isOnAzure);
    const cut = await traffic.pausedFor(async () => {
      azure.state = 'cutting';
      const lost = await ask(stage, 'b7f0c1e2-5a3d-4f67-9c10-0c8e5f1a2b02', true);
      azure.state = 'well';
      return lost;
    });
    await until(stage, isOnAzure);
    const refused = await traffic.pausedFor(() => {
      azure.state = 'refusing';
      return ask(stage, 'b7f0c1e2-5a3d-4f67-9c10-0c8e5f1a2b03', false);
    });
    await alerts.untilFired('LlmProxyProviderRefuses');
    await alerts.untilFired('LlmProxyBackendFails');
    const explained = await stage.command('explain', 'provider_refused');
    return { failover, cut, refused, fired: alerts.fired, backends: await shownBackends(stage), explained };
  } finally {
    await alerts.stop();
  }
}

/** Whether the next request will certainly go to azure, and openai will not be asked. */
function isOnAzure(stage: Stage, backends: readonly BackendReport[]): boolean {
  const [openai, azure] = backends.map(({ models }) => models[0]);
  const restsUntil = Date.parse(openai?.cooling_until ?? '');
  return restsUntil - stage.now() > COOLDOWN_MS / 2 && azure?.state === 'up';
}

/** The key is renewed, a slip in the config is mended, and the first provider recovers. */
async function recovery(stage: Stage): Promise<Pick<Night, 'newKey' | 'typo' | 'check' | 'back' | 'found'>> {
  const { openai, azure } = stage.providers;
  const newKey = await printedBy(stage, /config: /, () => {
    azure.state = 'well';
    stage.write('keys/azure', 'az-fedcba9876543210-new');
  });
  const typo = await printedBy(stage, /reload failed/, () =>
    stage.write('config.yaml', CONFIG.replace('priority: 2', 'prioriti: 2')),
  );
  const check = await stage.command('check');
  stage.write('config.yaml', CONFIG);
  const back = await printedBy(stage, /backend is back.*openai/, () => {
    openai.state = 'well';
  });
  await story(stage, 1);
  return { newKey, typo, check, back, found: attemptRecordsOf(stage, 'b7f0c1e2-5a3d-4f67-9c10-0c8e5f1a2b01') };
}

/** Lets so many minutes of the night pass. */
async function story(stage: Stage, minutes: number): Promise<void> {
  const end = stage.now() + minutes * MINUTE_MS;
  while (stage.now() < end) await Bun.sleep(5);
}

/** Resolves as soon as the backends are so; rejects if they never are. */
async function until(stage: Stage, isSo: (stage: Stage, backends: readonly BackendReport[]) => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (let backends = await backendsOf(stage); !isSo(stage, backends); backends = await backendsOf(stage)) {
    if (Date.now() > end) throw new Error(`The backends never were so: ${JSON.stringify(backends)}`);
    await Bun.sleep(20);
  }
}

/** Does something, and resolves to the console's lines that match, the first of them and those right behind it. */
async function printedBy(stage: Stage, line: RegExp, act: () => void): Promise<string> {
  const from = stage.printed.length;
  act();
  return await stage.until((text) => {
    const lines = text.slice(from).split('\n').slice(0, -1);
    const at = lines.findIndex((one) => line.test(strip(one)));
    if (at < 0) return undefined;
    const rest = lines.slice(at + 1);
    const next = rest.findIndex((one) => !line.test(strip(one)));
    return lines.slice(at, next < 0 ? at + 1 : at + 1 + next).join('\n');
  });
}

async function backendsOf(stage: Stage): Promise<readonly BackendReport[]> {
  const response = await fetch(`${stage.url}/admin/backends`, { headers: { authorization: `Bearer ${GATEWAY_KEY}` } });
  const { backends } = (await response.json()) as { backends: readonly BackendReport[] };
  return backends;
}

/** `GET /admin/backends`, a line for each model. */
async function shownBackends(stage: Stage): Promise<string> {
  const backends = await backendsOf(stage);
  const rows = backends.flatMap(({ name, models }) =>
    models.map(({ model, state, last_failure: failure }) => [name, model, state, failure?.failure ?? '-']),
  );
  return rows
    .map((row) =>
      row
        .map((cell) => cell.padEnd(18))
        .join(' ')
        .trimEnd(),
    )
    .join('\n');
}

/** What each attempt of a request came to, as `jq -c '.tries[]'` prints it. */
function attemptRecordsOf(stage: Stage, traceId: string): string {
  const lines = stage
    .read(join('logs/requests', `${new Date(stage.now()).toISOString().slice(0, 10)}.log`))
    .split('\n');
  const line = lines.find((one) => one.includes(traceId));
  if (line === undefined) throw new Error(`There is no line of ${traceId} in the log.`);
  const { tries } = JSON.parse(line) as { tries: readonly object[] };
  return tries.map((one) => JSON.stringify(one)).join('\n');
}
