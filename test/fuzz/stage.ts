// A gateway with a backend of each dialect, its secrets, and what every answer of it is held to.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startStage } from '../dialects/stage.ts';
import type { Stage } from '../dialects/stage.ts';
import { send } from '../kit/client.ts';
import type { SendOptions } from '../kit/client.ts';
import type { Reply } from '../kit/replies.ts';
import { chatAnswer } from '../kit/replies.ts';
import { CANARY } from './documents.ts';
import { Footprint } from './footprint.ts';

/** Secrets that nothing that comes out may hold. */
const SECRETS = {
  gateway: 'sk-fuzz-gateway-5mJ2vQ8xW1pL',
  backend: 'sk-fuzz-backend-9aR4tY7uK3zN',
  header: 'fuzz-header-secret-6cH1sD5gB8eM',
  environment: 'fuzz-environment-secret-2wF7jX4oV',
};

/** A case that costs too much does so this often: what came once was the garbage of others. */
const COSTLY_TIMES = 3;

/** What one case gets to know of what it did; a text says what is wrong, undefined that nothing is. */
export type Verdict = string | undefined;

/** A request of one case, with the words that stand for its canary. */
export interface Asked extends SendOptions {
  readonly path: string;
  /** What the backend does. */
  readonly reply: Reply;
}

export class FuzzStage {
  #cases = 0;
  readonly #footprint: Footprint;

  private constructor(readonly stage: Stage) {
    this.#footprint = new Footprint(stage.gateway.pid);
  }

  static async start(): Promise<FuzzStage> {
    const stage = await startStage(
      {
        timeout: { first_byte_timeout: '5s', read_timeout: '5s', total_timeout: '20s' },
        logging: { base_dir: './logs', separate_files: true, console_level: 'error' },
      },
      {
        key: SECRETS.gateway,
        backendKey: SECRETS.backend,
        headers: { 'x-fuzz-secret': SECRETS.header },
        env: { AWS_SECRET_ACCESS_KEY: SECRETS.environment },
      },
    );
    const fuzz = new FuzzStage(stage);
    await fuzz.#footprint.calibrate(() => fuzz.#askPlainly());
    return fuzz;
  }

  /** A word that only this case knows: what a client says, or what a backend does. Of the first no log may hold any. */
  nextCanary(whose: 'prompt' | 'answer'): string {
    return `${whose}-canary-${++this.#cases}-`;
  }

  /** Sends one request and judges whatever comes, and what it cost if it costs too much each time. */
  async ask(asked: Asked): Promise<Verdict> {
    let cost: Verdict;
    for (let n = 0; n < COSTLY_TIMES; n++) {
      const { wrong, costly } = await this.#askOnce(asked);
      if (wrong !== undefined) return wrong;
      cost = costly;
      if (cost === undefined) break;
    }
    return cost;
  }

  async #askOnce({ path, reply, ...options }: Asked): Promise<{ readonly wrong?: Verdict; readonly costly?: Verdict }> {
    const { gateway, upstream } = this.stage;
    upstream.script(reply);
    const headers = { authorization: `Bearer ${SECRETS.gateway}`, ...options.headers };
    const bytes = typeof options.body === 'string' ? options.body.length : 0;
    const before = this.#footprint.read();
    let came: string;
    let status: number;
    try {
      const answer = await send(`${gateway.url}${path}`, { ...options, headers });
      const { text } = await answer.whole();
      status = answer.status;
      came = `${JSON.stringify(answer.rawHeaders)}\n${text}`;
    } catch (error) {
      return { wrong: `no answer: ${String(error)}` };
    }
    const isBug = status === 500 && came.includes('The gateway has a bug');
    const wrong = isBug ? `a bug: ${came.slice(0, 500)}` : this.#foundIn(came);
    return { wrong, costly: this.#footprint.judge(before, bytes) };
  }

  /** What is wrong after all cases: in the logs, or with the process. Stops it. */
  async finish(): Promise<Verdict> {
    const { gateway, upstream } = this.stage;
    upstream.script(chatAnswer('ok'));
    const logs = filesUnder(join(gateway.dir, 'logs')).map((path) => readFileSync(path, 'utf8'));
    const texts = [...logs, gateway.stdout(), gateway.stderr()].join('\n');
    const secret = Object.entries(SECRETS).find(([, value]) => texts.includes(value))?.[0];
    const bug = /^.*a bug in the gateway.*$/m.exec(texts)?.[0];
    const prompt = /prompt-canary-\d+-/.exec(texts)?.[0];
    await this.stage.stop();
    if (secret !== undefined) return `a log holds the secret of the ${secret}`;
    if (bug !== undefined) return `the log tells of a bug: ${bug.slice(0, 2000)}`;
    return prompt === undefined ? undefined : `a log holds what a prompt said: ${prompt}`;
  }

  #foundIn(came: string): Verdict {
    for (const [whose, secret] of Object.entries(SECRETS)) {
      if (came.includes(secret)) return `the answer holds the secret of the ${whose}: ${came.slice(0, 500)}`;
    }
    for (const [, number] of came.matchAll(/canary-(\d+)-/g)) {
      if (Number(number) !== this.#cases) return `the answer holds words of case ${number}: ${came.slice(0, 500)}`;
    }
    return undefined;
  }

  async #askPlainly(): Promise<number> {
    const body = JSON.stringify({ model: 'to-openai', messages: [{ role: 'user', content: 'x'.repeat(1_000_000) }] });
    await this.ask({ path: '/v1/chat/completions', body, headers: JSON_TYPE, reply: chatAnswer('ok') });
    return body.length;
  }
}

export const JSON_TYPE = { 'content-type': 'application/json' };

/** The JSON of a document, with this case's word where its canary is to be. */
export function withCanary(document: unknown, canary: string): string {
  return JSON.stringify(document).replaceAll(JSON.stringify(CANARY).slice(1, -1), canary);
}

function filesUnder(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}
