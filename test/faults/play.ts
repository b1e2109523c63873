// Plays one exchange of a campaign as its client, and says what is wrong with what came back.
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { parseSse } from '../kit/sse.ts';
import type { Plan } from './plan.ts';

/** How an exchange ended, seen by its client. */
export type Ending = 'whole' | 'refused' | 'failed' | 'interrupted' | 'left';

/** The trace ID of an exchange. */
export function traceIdOf(seed: number, { n }: Plan): string {
  return `faults-${seed}-${n}`;
}

/** Sends the request and reads, or leaves, as the plan says. Throws where the answer breaks a promise. */
export async function play(url: string, seed: number, plan: Plan): Promise<Ending> {
  const request = send(`${url}/v1/chat/completions`, {
    headers: { 'x-trace-id': traceIdOf(seed, plan) },
    body: {
      model: plan.alias,
      stream: plan.stream,
      messages: [{ role: 'user', content: `exchange ${plan.n}` }],
    },
  });
  if (plan.manner === 'leaves at once') {
    // The head may take long, and the client does not wait for it.
    void request.then((answer) => answer.leave({ reset: true })).catch(() => undefined);
    await Bun.sleep(plan.leavesAfterMs);
    (await Promise.race([request, Bun.sleep(plan.leavesAfterMs)]))?.leave({ reset: true });
    return 'left';
  }
  const answer = await request;
  if (plan.manner === 'leaves midway') {
    await Bun.sleep(plan.leavesAfterMs);
    answer.leave({ reset: true });
    return 'left';
  }
  if (plan.manner === 'reads slowly') await Bun.sleep(100);
  return await judge(answer, plan);
}

async function judge(answer: RawAnswer, plan: Plan): Promise<Ending> {
  const { text, ending } = await answer.whole();
  if (answer.headers['x-trace-id'] === undefined) throw new Error('no trace ID');
  if (ending === 'broken') throw new Error(`the transfer broke: ${text.slice(-200)}`);
  if (answer.status !== 200) return refusal(answer.status, text);
  // A 200 that holds an error is passed on as it is when nothing else is left.
  if (!plan.stream) return plain(text, plan);
  return answer.headers['content-type']?.startsWith('text/event-stream') === true
    ? stream(text, plan)
    : plain(text, plan);
}

function refusal(status: number, text: string): Ending {
  const { error }: Json = JSON.parse(text);
  if (typeof error?.message !== 'string') throw new Error(`status ${status} without an error: ${text.slice(0, 200)}`);
  if (error.code === 'internal_error') throw new Error(`a bug: ${text}`);
  return ['queue_full', 'queue_timeout', 'rate_limit_exceeded'].includes(error.code) ? 'refused' : 'failed';
}

function plain(text: string, { words }: Plan): Ending {
  const body: Json = JSON.parse(text);
  if (body.error !== undefined) return 'failed';
  if (body.choices[0].message.content !== words.join('')) throw new Error(`another's or a cut answer: ${text}`);
  return 'whole';
}

function stream(text: string, { words }: Plan): Ending {
  const { json, done, rest } = parseSse(text);
  if (rest !== '') throw new Error(`half an event: ${rest.slice(0, 200)}`);
  const said = json.map((event) => event.choices?.[0]?.delta.content ?? '').join('');
  const failed = json.some((event) => event.error !== undefined && event.error !== null);
  const finished = json.some((event) => event.choices?.[0]?.finish_reason === 'stop');
  if (failed) {
    if (done) throw new Error('an error, and yet [DONE]');
    if (!words.join('').startsWith(said)) throw new Error(`another's words: ${said}`);
    return said === '' ? 'failed' : 'interrupted';
  }
  if (!done || !finished) throw new Error(`neither whole nor an error: ${text.slice(-300)}`);
  if (said !== words.join('')) throw new Error(`looks whole and is not: ${said}`);
  return 'whole';
}
