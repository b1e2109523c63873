// Answers that say by the word they end with that they are not whole: routed around before content, an error after it.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { json, pieces } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Answer, Dialect } from './spoken.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const SAYS: Answer = { items: [{ text: 'Half a word' }], finish: 'stop', usage: { input: 3, output: 9 } };
const GOOD: Answer = { items: [{ text: 'All of it.' }], finish: 'stop', usage: { input: 3, output: 9 } };

/** How each dialect says that its answer has ended well, in an answer of the tests, and where a word may stand instead. */
const WORD: ReadonlyMap<Dialect, RegExp> = new Map([
  [openaiChat, /("finish_reason":\s*)"stop"/g],
  [openaiResponses, /("status":\s*)"completed"/g],
  [anthropicMessages, /("stop_reason":\s*)"end_turn"/g],
  [gemini, /("finishReason":\s*)"STOP"/g],
]);

const BROKEN: readonly (readonly [Dialect, readonly (string | null)[]])[] = [
  [
    openaiChat,
    [
      'error',
      'network_error',
      'insufficient_system_resource',
      'abort',
      'aborted',
      'malformed_function_call',
      'function_call_filter: MALFORMED_FUNCTION_CALL',
      'some_word_of_tomorrow',
      'constructor',
    ],
  ],
  [openaiResponses, ['cancelled', 'in_progress', 'queued', 'some_word_of_tomorrow']],
  [anthropicMessages, [null, 'error', 'network_error', 'some_word_of_tomorrow']],
  [
    gemini,
    [
      'MALFORMED_FUNCTION_CALL',
      'UNEXPECTED_TOOL_CALL',
      'OTHER',
      'LANGUAGE',
      'NO_IMAGE',
      'TOO_MANY_TOOL_CALLS',
      'MISSING_THOUGHT_SIGNATURE',
      'MALFORMED_RESPONSE',
      'A_WORD_OF_TOMORROW',
    ],
  ],
];

const FINE: readonly (readonly [Dialect, readonly string[]])[] = [
  [
    openaiChat,
    [
      'eos',
      'length',
      'sensitive',
      'max_output',
      'model_length',
      'stop_sequence',
      'model_context_window_exceeded',
      'content_filter: RECITATION',
      'load',
      'repetition',
    ],
  ],
  [anthropicMessages, ['max_tokens', 'model_context_window_exceeded', 'pause_turn', 'compaction', 'refusal']],
  [gemini, ['MAX_TOKENS', 'SAFETY', 'RECITATION', 'PROHIBITED_CONTENT', 'IMAGE_SAFETY', 'ESCALATION']],
];

let stage: Stage;
let nth = 0;

beforeAll(async () => {
  const models = Object.fromEntries(
    DIALECTS.flatMap(({ protocol }) => [
      [`pair-${protocol}/*`, { routes: [route(protocol, 'broken', 1), route('openai', 'good', 2)] }],
      [`to-${protocol}/*`, { routes: [route(protocol, 'broken', 1)] }],
    ]),
  );
  stage = await startStage({
    models,
    fallback: { max_retries: 1, cooldown_seconds: 600, backoff_initial: '1ms' },
    detection: {},
  });
});
afterAll(() => stage.stop());

const route = (backend: string, model: string, priority: number) => ({ backend, model: `${model}-*`, priority });

/** The word in the place of the good one, everywhere in an answer or an event. */
function withWord(back: Dialect, text: string, word: string | null): string {
  return text.replaceAll(WORD.get(back) ?? /$^/g, (_, before: string) => before + JSON.stringify(word));
}

function plays(back: Dialect, plain: Json, events: readonly string[]): void {
  stage.upstream.script((request) => {
    const { stream, model } = dialectOf(request.path, back).asked(request.json, request.path);
    if (model.startsWith('broken')) return stream ? pieces(events) : json(200, plain);
    return stream ? pieces(openaiChat.events(GOOD)) : json(200, openaiChat.answer(GOOD));
  });
}

/** The good route speaks chat, whatever the broken one does. */
const dialectOf = (path: string, back: Dialect): Dialect => (path.endsWith('/chat/completions') ? openaiChat : back);

async function ask(front: Dialect, alias: string, stream: boolean) {
  const model = `${alias}/m${nth++}`;
  const { path, body } = front.request({ turns: [{ role: 'user', items: [{ text: 'Hi' }] }] }, model, stream);
  const answer = await send(stage.gateway.url + path, { headers: { authorization: `Bearer ${KEY}` }, body });
  const { text, ending } = await answer.whole();
  const line = await eventually(() => stage.gateway.logs().find((one) => one.alias === model));
  return { status: answer.status, text, ending, line, served: answer.headers['x-llm-proxy-backend'] };
}

/** The events of an answer that says something and then ends by this word; or, without content, by nothing else. */
function brokenEvents(back: Dialect, word: string | null, hasContent: boolean): string[] {
  const events = back.events(SAYS);
  if (back === openaiResponses) {
    const last = withWord(back, events.at(-1) ?? '', word);
    return hasContent
      ? [...events.slice(0, -1), last]
      : [events[0] ?? '', last.replace(/"output":\s*\[.*\],/, '"output":[],')];
  }
  const said = events.map((event) => withWord(back, event, word));
  return hasContent ? said : said.filter((event) => !/content_block|"(?:content|text)":\s*"[^"]/.test(event));
}

describe.each(BROKEN.map(([back, words]) => [back.title, back, words] as const))('a %s backend', (_, back, words) => {
  describe.each(words.map((word) => [word]))('that ends with %j', (word) => {
    test.each(DIALECTS.map((front) => [front.title, front] as const))('before a %s client', async (_front, front) => {
      const plain = JSON.parse(withWord(back, JSON.stringify(back.answer(SAYS)), word));
      plays(back, plain, brokenEvents(back, word, false));
      const [whole, streamed] = await Promise.all([
        ask(front, `pair-${back.protocol}`, false),
        ask(front, `pair-${back.protocol}`, true),
      ]);
      expect([whole.status, front.readAnswer(JSON.parse(whole.text)).items]).toEqual([200, GOOD.items]);
      expect(whole.line.tries).toMatchObject([
        { backend: back.protocol, failure: expect.any(String) },
        { status: 200 },
      ]);
      expect([streamed.status, front.readStream(streamed.text).items]).toEqual([200, GOOD.items]);

      plays(back, plain, brokenEvents(back, word, true));
      const late = await ask(front, `pair-${back.protocol}`, true);
      expect([late.status, late.ending, late.line.interrupted]).toEqual([200, 'complete', true]);
      expect(late.text).toContain('Half');
      expect(() => front.readStream(late.text)).toThrow();
      expect(late.text).not.toContain('[DONE]');
      expect(late.text).not.toContain('event: message_stop');
      expect(late.text).not.toContain('response.completed');
      expect(late.text).toContain('stream_interrupted');
    });
  });
});

describe.each(FINE.map(([back, words]) => [back.title, back, words] as const))('a %s backend', (_, back, words) => {
  test.each(words.map((word) => [word]))('may end with %j', async (word) => {
    const plain = JSON.parse(withWord(back, JSON.stringify(back.answer(SAYS)), word));
    plays(back, plain, brokenEvents(back, word, true));
    const asked = DIALECTS.flatMap((front) =>
      [false, true].map((stream) => ask(front, `pair-${back.protocol}`, stream)),
    );
    for (const { status, line, text } of await Promise.all(asked)) {
      expect([status, line.attempts, line.interrupted, line.error_code]).toEqual([200, 1, undefined, null]);
      expect(text).toContain('Half');
    }
  });
});

test('an answer of an unknown word is what its own client gets, if nothing better is to be had', async () => {
  const plain = JSON.parse(withWord(openaiChat, JSON.stringify(openaiChat.answer(SAYS)), 'tomorrow'));
  plays(openaiChat, plain, []);
  const { status, text, line } = await ask(openaiChat, 'to-openai', false);
  expect([status, JSON.parse(text)]).toEqual([200, plain]);
  expect(line).toMatchObject({ error_code: 'tomorrow', prompt_tokens: 3 });
  expect(line.tries).toHaveLength(1);
  const translated = await ask(anthropicMessages, 'to-openai', false);
  expect([translated.status, translated.line.error_code]).toEqual([502, 'upstream_broken_answer']);
});

test.each([
  ['malformed_function_call', 0],
  ['tomorrow', 0],
  ['error', 1],
])('what the model could not write puts nothing to sleep, what the server broke off does: %s', async (word, times) => {
  const cooled = () => stage.gateway.stderr().split('backend cools down').length;
  const plain = JSON.parse(withWord(openaiChat, JSON.stringify(openaiChat.answer(SAYS)), word));
  plays(openaiChat, plain, []);
  const before = cooled();
  await ask(openaiChat, 'pair-openai', false);
  // The line of the request is written after that of the cooldown.
  expect(cooled() - before).toBe(times);
});

test.each([
  [429, 'rate_limited', 'beside', 'error'],
  [502, 'server_error', 'beside', 'error'],
  [502, 'server_error', 'in', 'error'],
  [502, 'server_error', 'in', 'stop'],
  [429, 'rate_limited', 'in', null],
] as const)('an error says what it was: %d, %p, %s a choice that ends with %p', async (code, failure, place, word) => {
  const error = { code, message: 'The provider is away.' };
  const choice = ({ delta, message }: { readonly delta?: object; readonly message?: object }) => ({
    index: 0,
    ...(delta === undefined ? {} : { delta: place === 'in' ? { ...delta, error } : delta }),
    ...(message === undefined ? {} : { message: place === 'in' ? { ...message, error } : message }),
    finish_reason: word,
    ...(place === 'in' ? {} : { error }),
  });
  const plain = { id: 'x', choices: [choice({ message: { role: 'assistant', content: 'Half' } })] };
  const chunk = (body: object) => `data: ${JSON.stringify(body)}\n\n`;
  const [role = '', half = ''] = openaiChat.events(SAYS);
  const last = chunk({ id: 'x', choices: [choice({ delta: { content: '' } })] });
  plays(openaiChat, plain, [role, last, 'data: [DONE]\n\n']);
  for (const stream of [false, true]) {
    const { line } = await ask(openaiChat, 'pair-openai', stream);
    expect(line.tries).toMatchObject([{ failure }, { status: 200 }]);
  }
  plays(openaiChat, plain, [role, half, last, 'data: [DONE]\n\n']);
  for (const front of DIALECTS) {
    const { line, text } = await ask(front, 'pair-openai', true);
    expect(line).toMatchObject({ interrupted: true, tries: [{ failure }] });
    expect(text).toContain('The provider is away.');
    expect(() => front.readStream(text)).toThrow();
  }
});

test('a response that was asked for in the background is an answer, however far it has come', async () => {
  const plain = { ...openaiResponses.answer(SAYS), status: 'queued', output: [] };
  stage.upstream.script(json(200, plain));
  const body = { model: 'to-openai-responses/background', input: 'Hi', background: true };
  const headers = { authorization: `Bearer ${KEY}` };
  const answer = await send(`${stage.gateway.url}/v1/responses`, { headers, body });
  expect([answer.status, (await answer.json()).status]).toEqual([200, 'queued']);
});
