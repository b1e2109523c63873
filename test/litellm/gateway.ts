import { startGateway, type Gateway } from '../kit/gateway.ts';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer } from '../kit/replies.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

export const MASTER_KEY = 'sk-master-of-litellm-1234';

/** A gateway whose keys are made at run time, before a scripted backend. */
export interface Managed {
  readonly gateway: Gateway;
  readonly upstream: Upstream;
  /** Calls an operation as Terraform's provider does: the key in `x-api-key`. */
  call(method: 'GET' | 'POST', path: string, body?: object): Promise<{ status: number; body: Json }>;
  /** Asks a model with a key: `ok`, or the status and the code. */
  ask(key: string, model?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts one. */
export async function startManaged(): Promise<Managed> {
  const upstream = await startUpstream(chatAnswer('ok'));
  const gateway = await startGateway({
    config: {
      data_dir: 'data',
      admin: { api_key: MASTER_KEY },
      backends: [{ name: 'one', url: upstream.url, vendor: 'openai' }],
      models: Object.fromEntries(
        ['gpt-5', 'claude'].map((name) => [name, { routes: [{ backend: 'one', model: name }] }]),
      ),
      prices: { 'one/claude': { input: '0.000001', output: 15 } },
      fallback: { cooldown_seconds: 0, max_retries: 0 },
    },
  });
  return {
    gateway,
    upstream,
    async call(method, path, body) {
      const headers = { 'x-api-key': MASTER_KEY, accept: 'application/json' };
      const answer = await send(gateway.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
      return { status: answer.status, body: await answer.json() };
    },
    async ask(key, model = 'gpt-5') {
      const body = { model, messages: [{ role: 'user', content: 'Hi' }] };
      const headers = { authorization: `Bearer ${key}` };
      const answer = await send(`${gateway.url}/v1/chat/completions`, { headers, body });
      const { text } = await answer.whole();
      return answer.status === 200 ? 'ok' : `${answer.status} ${/"code":"(\w+)"/.exec(text)?.[1]}`;
    },
    async stop() {
      await gateway.stop();
      await upstream.stop();
    },
  };
}
