import OpenAI from 'openai';
import { SPEED, strip, type Stage } from './stage.ts';

/** A request that the page tells of. */
export interface Told {
  readonly traceId: string;
  readonly status: number;
  /** What of the response's head tells how it was served, a field a line. */
  readonly head: string;
  /** What the application read, or the error that its SDK threw. */
  readonly text: string;
  /** What the console said of it, escapes included. */
  readonly console: string;
}

/** An application that asks every three seconds of the night. */
export interface Traffic {
  /** Does something while nothing else is asked. */
  pausedFor<T>(act: () => Promise<T>): Promise<T>;
  /** Resolves to what it got, by status and backend. */
  stop(): Promise<readonly Served[]>;
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
export async function told(stage: Stage, traceId: string, stream: boolean): Promise<Told> {
  const client = new OpenAI({
    baseURL: `${stage.url}/v1`,
    apiKey: GATEWAY_KEY,
    maxRetries: 0,
    defaultHeaders: { 'x-trace-id': traceId },
  });
  let text = '';
  let head: Response;
  if (stream) {
    const { data, response } = await client.chat.completions
      .create({ model: 'assistant', messages: MESSAGES, stream: true })
      .withResponse();
    head = response;
    try {
      for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
    } catch (error) {
      text += `\n${error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error)}`;
    }
  } else {
    const { data, response } = await client.chat.completions
      .create({ model: 'assistant', messages: MESSAGES })
      .withResponse();
    head = response;
    text = data.choices[0]?.message.content ?? '';
  }
  const console = await stage.until((all) => blockOf(all, traceId));
  return { traceId, status: head.status, head: headOf(head), text: stage.plain(text), console };
}

export function startTraffic(stage: Stage): Traffic {
  const counts = new Map<string, number>();
  let isOn = true;
  let pause: Promise<unknown> | undefined;
  let underWay: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (isOn) {
      await pause;
      underWay = askOnce(stage, counts);
      await underWay;
      await Bun.sleep((3 * SECOND_MS) / SPEED);
    }
  };
  const running = run();
  return {
    async pausedFor(act) {
      const over = Promise.withResolvers<void>();
      pause = over.promise;
      try {
        await underWay;
        return await act();
      } finally {
        over.resolve();
      }
    },
    async stop() {
      isOn = false;
      await running;
      return Array.from(counts, ([key, count]) => {
        const [status, served = ''] = key.split(' ');
        return { status: Number(status), served, count };
      }).sort((a, b) => a.status - b.status || a.served.localeCompare(b.served));
    },
  };
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
