// Ids of eighteen digits and more are numbers in many tools' arguments. A double cannot hold them; the gateway has to.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { json, pieces } from '../kit/replies.ts';
import { gemini } from './gemini.ts';
import type { Answer, Ask, Dialect } from './spoken.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const PAIRS = DIALECTS.flatMap((front) => DIALECTS.map((back) => [front.title, back.title, front, back] as const));
/** Written into the JSON in the place of a double that stands for it. */
const [DOUBLE, LONG] = [1234567890123456800, '1234567890123456789'];

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.stop();
});

const tools = [
  { name: 'post', description: 'Posts', parameters: { type: 'object', properties: { id: { type: 'integer' } } } },
];
const call = { call: { id: 'call_1', name: 'post', args: { id: DOUBLE } } };
const question: Ask = { tools, turns: [{ role: 'user', items: [{ text: 'Post.' }] }] };
const history: Ask = {
  tools,
  turns: [
    ...question.turns,
    { role: 'assistant', items: [call] },
    { role: 'user', items: [{ result: { id: 'call_1', name: 'post', text: 'done' } }] },
  ],
};
const answer: Answer = { items: [call], finish: 'tool_calls', usage: { input: 9, output: 9 } };

function lengthened(text: string): string {
  return text.replaceAll(String(DOUBLE), LONG);
}

async function ask(front: Dialect, back: Dialect, what: Ask, stream: boolean): Promise<string> {
  const { path, body } = front.request(what, stage.aliasOf(back), stream);
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const answered = await send(stage.gateway.url + path, { headers, body: lengthened(JSON.stringify(body)) });
  const text = (await answered.whole()).text;
  expect([answered.status, text]).toEqual([200, text]);
  return text;
}

describe.each(PAIRS)('%s client, %s backend', (_front, _back, front, back) => {
  test('a call of the history keeps its long number', async () => {
    stage.upstream.script(json(200, back.answer(answer)));
    await ask(front, back, history, false);
    expect(stage.upstream.requests.at(-1)?.text).toContain(LONG);
  });

  test('a call of a plain answer keeps its long number', async () => {
    stage.upstream.script(json(200, lengthened(JSON.stringify(back.answer(answer)))));
    expect(await ask(front, back, question, false)).toContain(LONG);
  });
});

// Elsewhere arguments are streamed as pieces of text.
test.each(DIALECTS.map((front) => [front.title, front] as const))(
  '%s client, Gemini backend: a call of a stream keeps its long number',
  async (_title, front) => {
    stage.upstream.script(pieces(gemini.events(answer).map(lengthened)));
    expect(await ask(front, gemini, question, true)).toContain(LONG);
  },
);
