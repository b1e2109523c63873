import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type Gateway } from '../../kit/gateway.ts';
import { eventually } from '../../kit/settled.ts';

/** A gateway with the demo backend and a ledger, for the console to show. */
export interface DemoStage {
  readonly gateway: Gateway;
  readonly url: string;
  /** Where its database is. */
  readonly dataDir: string;
  /** Asks a model for something, to its end. */
  ask(model?: string, headers?: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it; `more` is added to its config. */
export async function startDemoStage(more: object = {}): Promise<DemoStage> {
  const dataDir = mkdtempSync(join(tmpdir(), 'llm-proxy-console-'));
  const gateway = await startGateway({
    config: {
      data_dir: dataDir,
      node_name: 'here',
      backends: [
        { name: 'demo', url: 'demo:' },
        { name: 'spare', url: 'demo:' },
      ],
      models: {
        demo: { routes: [{ backend: 'demo', model: 'demo' }] },
        'demo-failover': {
          routes: [
            { backend: 'demo', model: 'demo-fail-503', priority: 1 },
            { backend: 'spare', model: 'demo', priority: 2 },
          ],
        },
        'demo-fails': { routes: [{ backend: 'demo', model: 'demo-fail-500' }] },
      },
      prices: { 'demo/demo': { input: 3, output: 15 }, 'spare/demo': { input: 5, output: 20 } },
      ...more,
    },
  });
  return {
    gateway,
    url: gateway.url,
    dataDir,
    async ask(model = 'demo', headers = {}) {
      const response = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
        keepalive: false,
      });
      await response.text();
    },
    async stop() {
      await gateway.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Sends requests that succeed, fail over and fail, and waits until the ledger has them all. */
export async function fill(stage: DemoStage, admin: Readonly<Record<string, string>> = {}): Promise<void> {
  const models = ['demo', 'demo', 'demo', 'demo', 'demo-failover', 'demo-failover', 'demo-fails', 'demo'];
  await Promise.all(models.map((model) => stage.ask(model)));
  await eventually(async () => {
    const answer = await fetch(`${stage.url}/admin/requests`, { headers: admin, keepalive: false });
    const { data } = (await answer.json()) as { readonly data: readonly unknown[] };
    return data.length >= models.length;
  });
}
