// Every client dialect before every backend dialect, plain and streamed, feature by feature, through the running
// gateway. The outcome is the table of docs/protocols.md; `UPDATE_DOCS=1` writes it.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { send } from '../kit/client.ts';
import { json, pieces } from '../kit/replies.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { FEATURES } from './features.ts';
import type { Feature } from './features.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Answer, Ask, Dialect } from './spoken.ts';
import { plainly } from './spoken.ts';
import { DIALECTS, KEY, MODELS, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const PAIRS = DIALECTS.flatMap((front) => DIALECTS.map((back) => [front.title, back.title, front, back] as const));
let stage: Stage;
/** `front\0back\0feature` of what has worked. */
const worked = new Set<string>();

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.stop();
});

const AUTHORIZED = { authorization: `Bearer ${KEY}` };

function ask(front: Dialect, back: Dialect, what: Ask, stream: boolean) {
  const { path, body } = front.request(what, stage.aliasOf(back), stream);
  return send(stage.gateway.url + path, { headers: AUTHORIZED, body });
}

describe.each(PAIRS)('%s client, %s backend', (_front, _back, front, back) => {
  describe.each(FEATURES.map((feature) => [feature.name, feature] as const))('%s', (_name, feature) => {
    test('plain', async () => {
      stage.upstream.script(json(200, back.answer(feature.answer)));
      const answer = await ask(front, back, feature.ask, false);
      const body = await answer.json();
      expect([answer.status, body]).toEqual([200, body]);
      compareAsk(feature, back, { stream: false, dropped: answer.headers['x-llm-proxy-dropped'] ?? '' });
      compareAnswer(front.readAnswer(body), feature, front, back);
    });

    test('streamed', async () => {
      stage.upstream.script(pieces(back.events(feature.answer)));
      const answer = await ask(front, back, feature.ask, true);
      const { text, ending } = await answer.whole();
      expect([answer.status, ending]).toEqual([200, 'complete']);
      expect(answer.headers['content-type']).toStartWith('text/event-stream');
      compareAsk(feature, back, { stream: true, dropped: answer.headers['x-llm-proxy-dropped'] ?? '' });
      compareAnswer(front.readStream(text), feature, front, back);
      worked.add([front.title, back.title, feature.name].join('\0'));
    });
  });

  test('signatures come back to the model that made them', async () => {
    const items = [
      { thought: 'I need the weather.', signature: 'c2lnbmF0dXJlLW9mLWEtdGhvdWdodA==' },
      { call: { id: 'call_1', name: 'get_weather', args: { city: 'Rome' } } },
    ];
    const { tools } = FEATURES.find(({ name }) => name === 'tools')?.ask ?? {};
    stage.upstream.script([json(200, back.answer({ items, finish: 'tool_calls', usage: { input: 9, output: 9 } }))]);
    const question: Ask = {
      turns: [{ role: 'user', items: [{ text: 'Weather?' }] }],
      tools: tools ?? [],
      effort: 'low',
      maxTokens: 9000,
    };
    const { path, body } = front.request(question, stage.aliasOf(back), false);
    const first = await (await send(stage.gateway.url + path, { headers: AUTHORIZED, body })).json();
    const next = front.followUp(body, first, [{ name: 'get_weather', text: 'sunny' }]);
    expect((await send(stage.gateway.url + path, { headers: AUTHORIZED, body: next })).status).toBe(200);
    const [, assistant] = stage.asked(back).turns;
    if (back === openaiChat) {
      // It has no signatures; the thought itself is nobody's to send back.
      expect(plainly(assistant?.items ?? []).at(-1)).toBe('call get_weather {"city":"Rome"}');
    } else expect(assistant?.items).toMatchObject(items);
    worked.add([front.title, back.title, 'signatures'].join('\0'));
  });

  test.each([400, 401, 429, 500])('an error %d', async (status) => {
    stage.upstream.script(
      json(status, back.error({ status, message: 'Words of the provider.' }), { 'retry-after': '7' }),
    );
    for (const stream of [false, true]) {
      const answer = await ask(front, back, { turns: [{ role: 'user', items: [{ text: 'Hello' }] }] }, stream);
      expect(answer.status).toBe(status);
      expect(answer.headers['retry-after']).toBe('7');
      expect(front.readError(answer.status, await answer.json()).message).toStartWith('Words of the provider.');
    }
    worked.add([front.title, back.title, 'errors'].join('\0'));
  });

  test('overloaded, in the word that the client knows', async () => {
    const status = back === anthropicMessages ? 529 : 503;
    stage.upstream.script(json(status, back.error({ status, message: 'Too busy.' })));
    const answer = await ask(front, back, { turns: [{ role: 'user', items: [{ text: 'Hello' }] }] }, false);
    expect(answer.status).toBe(front === anthropicMessages ? 529 : 503);
    expect(front.readError(answer.status, await answer.json()).message).toBe('Too busy.');
  });
});

/** What the backend has been asked is what the client asked, as far as both have words for it. */
function compareAsk(
  { ask: { turns, tools = [], ...rest } }: Feature,
  back: Dialect,
  { stream, dropped }: { readonly stream: boolean; readonly dropped: string },
): void {
  const got = stage.asked(back);
  expect(got.stream).toBe(stream);
  expect(got.model).toBe(MODELS.get(back) ?? '');
  expect(got.system).toBe(rest.system);
  expect(got.turns.map(({ role, items }) => [role, plainly(items)])).toEqual(
    turns.map(({ role, items }) => [role, plainly(items)]),
  );
  expect(got.tools ?? []).toEqual([...tools]);
  expect(got.choice).toEqual(rest.choice);
  expect(got.schema?.schema).toEqual(rest.schema?.schema);
  expect(got.effort).toBe(rest.effort);
  if (rest.maxTokens !== undefined) expect(got.maxTokens).toBe(rest.maxTokens);
  // A model that thinks may not take one, and then it is named.
  if (!/temperature/i.test(dropped)) expect(got.temperature).toBe(rest.temperature);
}

function compareAnswer(got: Answer, { answer, wordsOnly }: Feature, front: Dialect, back: Dialect): void {
  const words = ({ items }: Answer) =>
    items.map((item) => ('refusal' in item ? item.refusal : 'text' in item ? item.text : '')).join('');
  if (wordsOnly === true) expect(words(got)).toBe(words(answer));
  else {
    expect(plainly(got.items)).toEqual(plainly(answer.items));
    expect(got.finish).toBe(answer.finish);
  }
  const { input, output, cached = 0, reasoning = 0 } = answer.usage;
  expect(got.usage).toMatchObject({ input, output, cached });
  // Anthropic does not tell how much of the output was thought.
  if (front !== anthropicMessages && back !== anthropicMessages) expect(got.usage.reasoning).toBe(reasoning);
}

test('docs/protocols.md tells what works', () => {
  const names = [...FEATURES.map(({ name }) => name), 'signatures', 'errors'];
  const rows = names.map((name) => {
    const cells = PAIRS.map(([front, back]) => (worked.has([front, back, name].join('\0')) ? '✓' : '✗'));
    return [name, ...cells];
  });
  const short = new Map([
    [openaiChat, 'chat'],
    [openaiResponses, 'resp'],
    [anthropicMessages, 'anth'],
    [gemini, 'gem'],
  ]);
  const head = ['', ...PAIRS.map(([, , front, back]) => `${short.get(front)} → ${short.get(back)}`)];
  const table = [head, head.map((_, at) => (at === 0 ? '---' : ':-:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
  const path = join(import.meta.dir, '../../docs/protocols.md');
  const text = readFileSync(path, 'utf8');
  const [before, rest] = text.split('<!-- table: begin -->');
  const [, after] = (rest ?? '').split('<!-- table: end -->');
  const updated = `${before}<!-- table: begin -->\n\n${table}\n\n<!-- table: end -->${after}`;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, updated);
  else expect(unpadded(text)).toBe(unpadded(updated));
});

/** The formatter pads tables. */
function unpadded(text: string): string {
  return text.replaceAll(/ +/g, ' ').replaceAll(/:?-+:?(?= \|)/g, '-');
}
