// Every recorded exchange through the running gateway: its request to a backend of each other dialect, its answer to a
// client of each. What is read on the other side, whose reader is strict, is compared with what the recording's own side
// says. Recordings that hold more than the readers know (tools that run at a provider, mostly) only have to get through.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import type { Recording } from '../kit/recordings.ts';
import { loadRecordings } from '../kit/recordings.ts';
import { json, pieces } from '../kit/replies.ts';
import type { Answer, Ask, Dialect, Item } from './spoken.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const PAIRS = DIALECTS.flatMap((one) =>
  DIALECTS.filter((other) => other !== one).map((other) => [one.title, other.title, one, other] as const),
);
const FINE: Answer = { items: [{ text: 'ok' }], finish: 'stop', usage: { input: 1, output: 1 } };
const QUESTION: Ask = { turns: [{ role: 'user', items: [{ text: 'q' }] }] };

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.stop();
});

describe.each(PAIRS)('recorded requests of %s, %s backend', (_front, _back, front, back) => {
  test('say there what they say', async () => {
    let compared = 0;
    for (const { name, stream, request } of recorded(front)) {
      const { path, body: own } = front.request(QUESTION, stage.aliasOf(back), stream);
      const body = own.model === undefined ? request.body : { ...request.body, model: own.model };
      stage.upstream.script(json(200, back.answer(FINE)));
      const answer = await ask(path, body);
      const text = (await answer.whole()).text;
      // What only the client's provider has (files, conversations that it keeps) is refused, and said so.
      expect([name, answer.status === 400 ? /not_carried/.test(text) : answer.status]).toEqual([
        name,
        answer.status === 400 ? true : 200,
      ]);
      const said = answer.status === 200 ? tried(() => front.asked(body, path)) : undefined;
      if (said === undefined || isBeyond(said) || instructsLater(body)) continue;
      compared++;
      expect([name, ...told(stage.asked(back))]).toEqual([name, ...told(said)]);
    }
    expect(compared).toBeGreaterThan(15);
  });
});

describe.each(PAIRS)('recorded answers of %s, %s client', (_back, _front, back, front) => {
  test('say there what they say', async () => {
    let compared = 0;
    for (const { name, response } of recorded(back).filter((one) => one.response.status === 200)) {
      const { body } = response;
      const stream = typeof body === 'string';
      stage.upstream.script(stream ? pieces([body]) : json(200, body));
      const { path, body: question } = front.request(QUESTION, stage.aliasOf(back), stream);
      const answer = await ask(path, question);
      const { text, ending } = await answer.whole();
      expect([name, answer.status, ending]).toEqual([name, 200, 'complete']);
      const said = tried(() => (stream ? back.readStream(body) : back.readAnswer(body)));
      if (said === undefined) continue;
      compared++;
      const got = stream ? front.readStream(text) : front.readAnswer(JSON.parse(text));
      expect([name, answered(got)]).toEqual([name, answered(said)]);
    }
    expect(compared).toBeGreaterThan(60);
  });
});

/** The folders are named as the dialects are in the code. */
function recorded({ protocol }: Dialect): Recording[] {
  return loadRecordings({ openai: 'openai-chat', anthropic: 'anthropic-messages' }[protocol] ?? protocol);
}

function ask(path: string, body: Json): Promise<RawAnswer> {
  return send(stage.gateway.url + path, { headers: { authorization: `Bearer ${KEY}` }, body });
}

/** Undefined where a reader does not know what it reads. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * What is said otherwise on the other side: documents that are text, results that only name tools or are no text, saying
 * nothing.
 */
function isBeyond({ turns }: Ask): boolean {
  return turns.some(({ items }) =>
    items.some(
      (item) =>
        'pdf' in item ||
        'image' in item ||
        ('text' in item && item.text === '') ||
        ('result' in item && !item.result.text),
    ),
  );
}

/** The system's words in the middle stand there or before all others, as the model takes them. */
function instructsLater({ messages, input }: Json): boolean {
  const turns: Json[] = messages ?? (Array.isArray(input) ? input : []);
  const isSystem = ({ role }: Json): boolean => role === 'system' || role === 'developer';
  return turns.slice(turns.findIndex((turn) => !isSystem(turn))).some(isSystem);
}

/** Who says what, texts of one turn as one; thoughts are another model's and stay away. */
function told({ system, turns }: Ask): unknown[] {
  const list = turns.flatMap(({ role, items }) => joined(items).map((what) => `${role}: ${what}`));
  // Where JSON is asked for in words as well.
  const own = (system ?? '').replace('Answer with one JSON object and nothing else.', '');
  return [`system: ${plain(own)}`, ...list];
}

function answered({ items, finish, usage }: Answer): unknown {
  return { said: joined(items), finish, input: usage.input, output: usage.output };
}

function joined(items: readonly Item[]): string[] {
  const list: string[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') list.push(plain(text));
    text = '';
  };
  for (const item of items) {
    if ('text' in item || 'refusal' in item) text += 'text' in item ? item.text : item.refusal;
    else if (!('thought' in item)) {
      flush();
      if ('call' in item) list.push(`${item.call.name}(${JSON.stringify(item.call.args)})`);
      if ('result' in item) list.push(`${item.result.name} = ${plain(item.result.text)}`);
    }
  }
  flush();
  return list;
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, '');
}
