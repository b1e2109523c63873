// What clients of each dialect say of thinking, before backends of every other: whether there is any, how much, and
// whether it is shown are three things.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { settled } from '../kit/settled.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Dialect } from './spoken.ts';
import { DIALECTS, KEY, startStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterEach(async () => {
  await settled(stage.upstream);
});

afterAll(async () => {
  await stage.stop();
});

/** A way to say it: fields of the body, joined one level deep. */
type Way = readonly [client: Dialect, fields: Json];

const THOUGHT = { thought: 'Let me think.', signature: 'c2lnbmF0dXJl' };
const ANSWER = { items: [THOUGHT, { text: 'Hi' }], finish: 'stop', usage: { input: 1, output: 1 } } as const;

function pairs(ways: readonly Way[]): [string, Dialect, Json, Dialect][] {
  return ways.flatMap(([client, fields]) =>
    DIALECTS.filter((back) => back !== client).map((back): [string, Dialect, Json, Dialect] => [
      `${client.title} ${JSON.stringify(fields)} to ${back.title}`,
      client,
      fields,
      back,
    ]),
  );
}

/** Asks so; gives what the backend was asked, what was named, and what the client got. */
async function ask(client: Dialect, fields: Json, back: Dialect, stream = false) {
  stage.plays(back, ANSWER);
  const { path, body } = client.request(
    { turns: [{ role: 'user', items: [{ text: 'Hi' }] }], maxTokens: 40_000 },
    stage.aliasOf(back),
    stream,
  );
  const { generationConfig, ...rest } = fields;
  const joined =
    generationConfig === undefined ? {} : { generationConfig: { ...body.generationConfig, ...generationConfig } };
  const answer = await send(stage.gateway.url + path, {
    headers: { authorization: `Bearer ${KEY}` },
    body: { ...body, ...rest, ...joined },
  });
  const { text } = await answer.whole();
  expect([answer.status, text]).toEqual([200, text]);
  const items = (stream ? client.readStream(text) : client.readAnswer(JSON.parse(text))).items;
  return { asked: stage.upstream.requests.at(-1)?.json, dropped: answer.headers['x-llm-proxy-dropped'], items };
}

/** Whether a backend of the dialect was told to think: undefined where it was told nothing. */
function thinks(back: Dialect, asked: Json): boolean | undefined {
  if (back === openaiChat) return asked.reasoning_effort === undefined ? undefined : asked.reasoning_effort !== 'none';
  if (back === openaiResponses)
    return asked.reasoning?.effort === undefined ? undefined : asked.reasoning.effort !== 'none';
  if (back === anthropicMessages) return asked.thinking === undefined ? undefined : asked.thinking.type !== 'disabled';
  const config = asked.generationConfig?.thinkingConfig;
  return config?.thinkingBudget === undefined ? undefined : config.thinkingBudget !== 0;
}

/** To think, without a word of how much. */
const ON: readonly Way[] = [
  [openaiChat, { reasoning: { enabled: true } }],
  [openaiChat, { thinking: { type: 'enabled' } }],
  [openaiChat, { thinking: { type: 'adaptive' } }],
  [openaiChat, { enable_thinking: true }],
  [openaiChat, { include_reasoning: true }],
  [openaiResponses, { reasoning: { summary: 'auto' } }],
  [anthropicMessages, { thinking: { type: 'adaptive' } }],
  [gemini, { generationConfig: { thinkingConfig: { includeThoughts: true } } }],
  [gemini, { generationConfig: { thinkingConfig: { thinkingBudget: -1 } } }],
];

test.each(pairs(ON))('thinking without a measure is thinking: %s', async (_title, client, fields, back) => {
  const { asked, dropped } = await ask(client, fields, back);
  expect(thinks(back, asked)).toBe(true);
  expect(dropped).toBeUndefined();
});

/** Not to show thoughts, and no word of whether there are to be any. */
const HIDDEN: readonly Way[] = [
  [openaiChat, { include_reasoning: false }],
  [openaiChat, { reasoning: { exclude: true } }],
  [openaiChat, { reasoning_format: 'hidden' }],
  [gemini, { generationConfig: { thinkingConfig: { includeThoughts: false } } }],
];

describe('to hide thoughts', () => {
  test.each(pairs(HIDDEN))('does not turn thinking on or off: %s', async (_title, client, fields, back) => {
    expect(thinks(back, (await ask(client, fields, back)).asked)).toBeUndefined();
  });

  const ON_AND_HIDDEN: readonly Way[] = [
    ...HIDDEN,
    [openaiChat, { reasoning_effort: 'high', include_reasoning: false }],
    [anthropicMessages, { thinking: { type: 'enabled', budget_tokens: 2000, display: 'omitted' } }],
    [gemini, { generationConfig: { thinkingConfig: { includeThoughts: false, thinkingBudget: 2000 } } }],
  ];

  test.each(pairs(ON_AND_HIDDEN))(
    'is honoured, whatever the backend sends: %s',
    async (_title, client, fields, back) => {
      for (const stream of [false, true]) {
        const { items } = await ask(client, fields, back, stream);
        expect(items.filter((item) => 'thought' in item && item.thought !== '')).toEqual([]);
        expect(items.at(-1)).toEqual({ text: 'Hi' });
      }
    },
  );
});

/** Not to think. */
const OFF: readonly Way[] = [
  [openaiChat, { reasoning_effort: 'none' }],
  [openaiChat, { reasoning: { enabled: false } }],
  [openaiChat, { thinking: { type: 'disabled' } }],
  [openaiChat, { enable_thinking: false }],
  [openaiResponses, { reasoning: { effort: 'none' } }],
  [anthropicMessages, { thinking: { type: 'disabled' } }],
  [gemini, { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }],
];

test.each(pairs(OFF))(
  'no thinking is told, or named where the model has to think: %s',
  async (_title, client, fields, back) => {
    const { asked, dropped } = await ask(client, fields, back);
    // The models of the stage that cannot be told not to: gpt-5 and Gemini 2.5 Pro.
    const cannot = back !== anthropicMessages;
    if (cannot) expect(dropped).toMatch(/reasoning|thinking/);
    else expect([thinks(back, asked), dropped]).toEqual([undefined, undefined]);
  },
);

/** What is left out is named in the client's word for it. */
const NAMED: readonly (readonly [fields: Json, name: string])[] = [
  [{ reasoning_effort: 'none' }, 'reasoning_effort'],
  [{ reasoning: { enabled: false } }, 'reasoning'],
  [{ thinking: { type: 'disabled' } }, 'thinking'],
  [{ enable_thinking: false }, 'enable_thinking'],
  [{ thinking: { type: 'of_another_kind' } }, 'thinking'],
  [{ reasoning_effort: 'of_another_kind' }, 'reasoning_effort'],
];

test.each(NAMED)('%j is named %s', async (fields, name) => {
  expect((await ask(openaiChat, fields, gemini)).dropped).toBe(name);
});
