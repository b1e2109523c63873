import OpenAI from 'openai';
import { SPEED, strip, type Stage } from './stage.ts';

/** A request that the page shows. */
export interface ShownRequest {
  readonly traceId: string;
  readonly status: number;
  /** What of the response's head says how it was served, a field a line. */
  readonly head: string;
  /** What the application read, or the error that its SDK threw. */
  readonly text: string;
  /** What the console printed of it, escapes included. */
  readonly console: string;
}

/** So many requests had this status, served by this backend. */
export interface Served {
  readonly status: number;
  readonly served: string;
  readonly count: number;
}

/** What the application shows to the gateway. */
export const GATEWAY_KEY = 'lp-night-watch-7f3c9a51d2';
const SECOND_MS = 1000;
const MESSAGES = [{ role: 'user' as const, content: 'What is the capital of France?' }];

/** Asks once, by OpenAI's SDK, under a trace ID that the page can name. */
export async function ask(stage: Stage, traceId: string, stream: boolean): Promise<ShownRequest> {
  const { chat } = new OpenAI({
    baseURL: `${stage.url}/v1`,
    apiKey: GATEWAY_KEY,
    maxRetries: 0,
    defaultHeaders: { 'x-trace-id': traceId },
  });
  const { response, text } = stream ? await readStream(chat) : await readAnswer(chat);
  const console = await stage.until((all) => blockOf(all, traceId));
  return { traceId, status: response.status, head: headOf(response), text: stage.plain(text), console };
}

interface Read {
  readonly response: Response;
  readonly text: string;
}

async function readAnswer(chat: OpenAI.Chat): Promise<Read> {
  const { data, response } = await chat.completions.create({ model: 'assistant', messages: MESSAGES }).withResponse();
  return { response, text: data.choices[0]?.message.content ?? '' };
}

/** A stream that breaks off ends with the error that the SDK throws. */
async function readStream(chat: OpenAI.Chat): Promise<Read> {
  const { data, response } = await chat.completions
    .create({ model: 'assistant', messages: MESSAGES, stream: true })
    .withResponse();
  let text = '';
  try {
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
  } catch (error) {
    text += `\n${error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error)}`;
  }
  return { response, text };
}

/** An application that asks every three seconds of the night. */
export class Traffic {
  readonly #counts = new Map<string, number>();
  readonly #running: Promise<void>;
  #isOn = true;
  #pause: Promise<void> | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(private readonly stage: Stage) {
    this.#running = this.#run();
    // Whoever stops it is told of a failure; until then it is no unhandled one.
    this.#running.catch(() => undefined);
  }

  /** Does something while nothing else is asked. */
  async pausedFor<T>(act: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pause = promise;
    try {
      await this.#underWay;
      return await act();
    } finally {
      this.#pause = undefined;
      resolve();
    }
  }

  /** Resolves to what it got, by status and backend; rejects if a request got no answer. */
  async stop(): Promise<readonly Served[]> {
    this.#isOn = false;
    await this.#running;
    return Array.from(this.#counts, ([key, count]) => {
      const [status, served = ''] = key.split(' ');
      return { status: Number(status), served, count };
    }).sort((a, b) => a.status - b.status || a.served.localeCompare(b.served));
  }

  async #run(): Promise<void> {
    while (this.#isOn) {
      // Looked at right before a request begins, so that none begins in a pause.
      while (this.#pause !== undefined) await this.#pause;
      this.#underWay = askOnce(this.stage, this.#counts);
      await this.#underWay;
      await Bun.sleep((3 * SECOND_MS) / SPEED);
    }
  }
}

async function askOnce(stage: Stage, counts: Map<string, number>): Promise<void> {
  const response = await fetch(`${stage.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${GATEWAY_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'assistant', messages: MESSAGES }),
  });
  await response.text();
  const key = `${response.status} ${response.headers.get('x-llm-proxy-backend')}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function headOf({ status, headers }: Response): string {
  const fields = [...headers].filter(([name]) => name.startsWith('x-llm-proxy-') || name === 'x-trace-id');
  return [
    `HTTP/1.1 ${status}`,
    ...fields.sort(([one], [other]) => one.localeCompare(other)).map(([name, value]) => `${name}: ${value}`),
  ].join('\n');
}

/** The line that holds the trace id, with those of its tries. */
function blockOf(printed: string, traceId: string): string | undefined {
  const lines = printed.split('\n');
  const at = lines.findIndex((line) => line.includes(traceId));
  if (at < 0) return undefined;
  const rest = lines.slice(at + 1);
  const next = rest.findIndex((line) => !/^\s/.test(strip(line)));
  if (next < 0) return undefined;
  return lines.slice(at, at + 1 + next).join('\n');
}
