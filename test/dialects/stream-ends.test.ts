// Where a stream is over: a finish that content follows was none, and what follows the end is the client's.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { pieces, stallAfter } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import type { Answer, Dialect } from './spoken.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const SAYS: Answer = {
  items: [{ text: 'Enough words to be told in many pieces.' }],
  finish: 'stop',
  usage: { input: 3, output: 9 },
};

/** Longer than a careless proxy waits after a finish; far less than the gateway does. */
const PAUSE_MS = 700;

let stage: Stage;
let nth = 0;

beforeAll(async () => {
  const models = Object.fromEntries(
    DIALECTS.map((back) => [`to-${back.protocol}/*`, { routes: [{ backend: back.protocol, model: '*' }] }]),
  );
  stage = await startStage({ models });
});
afterAll(() => stage.stop());

async function begin(front: Dialect, back: Dialect, reply: Reply) {
  stage.upstream.script(reply);
  const model = `to-${back.protocol}/m${nth++}`;
  const { path, body } = front.request({ turns: [{ role: 'user', items: [{ text: 'Hi' }] }] }, model, true);
  const asked = front === openaiChat ? { ...body, stream_options: { include_usage: true } } : body;
  return {
    model,
    answer: await send(stage.gateway.url + path, { headers: { authorization: `Bearer ${KEY}` }, body: asked }),
  };
}

async function ask(front: Dialect, back: Dialect, reply: Reply) {
  const { model, answer } = await begin(front, back, reply);
  const { text, ending } = await answer.whole();
  return { text, ending, line: await logged(model) };
}

const logged = (model: string) => eventually(() => stage.gateway.logs().find((line) => line.alias === model));

/** Pieces, with a pause before each. */
const slowly = (...parts: string[]): Reply => pieces(parts, { gapMs: PAUSE_MS });

const chat = (): string[] => [...openaiChat.events(SAYS)];
const isLast = (event: string): boolean => event.includes('"finish_reason":"stop"') || event.includes('[DONE]');
const chatFinish = (word: unknown): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: {}, finish_reason: word }] })}\n\n`;
const geminiStop = `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 }] })}\n\n`;
const messageDelta = (reason: string | null): string =>
  `event: message_delta\ndata: ${JSON.stringify({ type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 9 } })}\n\n`;

/** The events in two halves, the second beginning within the text. */
function halves(events: readonly string[]): [string, string] {
  const at = events.findIndex((event) => event.includes('Enough')) + 2;
  return [events.slice(0, at).join(''), events.slice(at).join('')];
}

const withFinish = (word: unknown): string[] =>
  chat().map((event) => event.replace('"finish_reason":null', `"finish_reason":${JSON.stringify(word)}`));

const EARLY: readonly (readonly [string, Dialect, () => string[]])[] = [
  ['a finish in every chunk', openaiChat, () => halves(withFinish('stop'))],
  ['a null in every chunk', openaiChat, () => halves(withFinish(null))],
  ['an empty word in every chunk', openaiChat, () => halves(withFinish(''))],
  ['the text "null" in every chunk', openaiChat, () => halves(withFinish('null'))],
  ['a word that nobody knows in every chunk but the last', openaiChat, () => halves(withFinish('going'))],
  [
    'a finish before the text',
    openaiChat,
    () => {
      const [role = '', ...rest] = chat();
      return [role + chatFinish('stop'), rest.join('')];
    },
  ],
  [
    'a finish amid the text',
    openaiChat,
    () => {
      const [before, after] = halves(chat());
      return [before + chatFinish('length'), after];
    },
  ],
  ['an empty chunk with a finish first', gemini, () => [geminiStop, gemini.events(SAYS).join('')]],
  [
    'a finish amid the text',
    gemini,
    () => {
      const [before, after] = halves(gemini.events(SAYS));
      return [before + geminiStop, after];
    },
  ],
  [
    'a finish before the text',
    anthropicMessages,
    () => {
      const [start = '', ...rest] = anthropicMessages.events(SAYS);
      return [start + messageDelta('end_turn'), rest.join('')];
    },
  ],
  [
    'its finish twice',
    anthropicMessages,
    () => {
      const events = [...anthropicMessages.events(SAYS)];
      return [events.slice(0, -1).join('') + messageDelta('end_turn'), messageDelta(null) + (events.at(-1) ?? '')];
    },
  ],
];

describe.each(EARLY.map(([what, back, events]) => [back.title, what, back, events] as const))(
  'a %s backend that sends %s',
  (_back, _what, back, events) => {
    test.each(DIALECTS.map((front) => [front.title, front] as const))('before a %s client', async (_front, front) => {
      const parts = events();
      const { text, ending, line } = await ask(front, back, slowly(...parts));
      expect([ending, line.interrupted, line.error_code]).toEqual(['complete', undefined, null]);
      if (front === back) expect(text).toBe(parts.join(''));
      else expect(front.readStream(text).items).toEqual(SAYS.items);
      expect(line).toMatchObject({ prompt_tokens: 3, completion_tokens: 9 });
    });
  },
);

test.each(DIALECTS.map((front) => [front.title, front] as const))(
  'usage that comes late reaches a %s client and the log',
  async (_front, front) => {
    const at = chat().findIndex(isLast) + 1;
    const [said, late] = [chat().slice(0, at).join(''), chat().slice(at).join('')];
    expect(late).toContain('"usage"');
    const { text, line } = await ask(front, openaiChat, slowly(said, late));
    expect(line).toMatchObject({ prompt_tokens: 3, completion_tokens: 9 });
    expect(front.readStream(text).usage).toMatchObject({ input: 3, output: 9 });
  },
);

const BEHIND: readonly (readonly [string, string])[] = [
  ['a comment', ': bye\n\n'],
  ['[DONE]', 'data: [DONE]\n\n'],
  ['another event', 'event: later\ndata: {"type":"later"}\n\n'],
  ['fields without data', 'event: x\n\nid: 7\nretry: 9\n\n'],
  ['blank lines', '\n\n\n'],
  ['a line that does not end', ': bye'],
  ['half an event', 'data: {"half'],
  ['what is no JSON', 'data: {"broken\n\n: bye\n\n'],
  ['an error of no consequence', 'data: {"error":{"message":"too late"}}\n\n'],
];

describe.each(DIALECTS.filter((one) => one !== gemini).map((one) => [one.title, one] as const))(
  'behind the end of a %s stream',
  (_title, one) => {
    test.each(BEHIND)('%s passes to a client of the dialect', async (_what, behind) => {
      const whole = one.events(SAYS).join('');
      for (const parts of [[whole + behind], [whole, behind], [whole, behind.slice(0, 3), behind.slice(3), behind]]) {
        const { text, ending, line } = await ask(one, one, pieces(parts, { gapMs: 5 }));
        expect([text, ending]).toEqual([parts.join(''), 'complete']);
        expect([line.status, line.interrupted, line.dropped_events]).toEqual([200, undefined, undefined]);
      }
    });

    test('a cut harms nothing', async () => {
      const whole = one.events(SAYS).join('');
      const { text, ending, line } = await ask(one, one, {
        async send(wire) {
          await wire.write(
            `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${Buffer.byteLength(whole).toString(16)}\r\n${whole}\r\n`,
          );
          await wire.wait(50); // bytes that come with the end of the connection may be lost with it
          wire.cut({ reset: true });
        },
      });
      expect([text, ending, line.status, line.interrupted]).toEqual([whole, 'complete', 200, undefined]);
    });

    test('nobody has to wait for the end of the transfer', async () => {
      const whole = one.events(SAYS).join('');
      const { answer, model } = await begin(one, one, stallAfter(whole));
      expect(await answer.textUntil((text) => text.length >= whole.length)).toBe(whole);
      answer.leave();
      expect(await logged(model)).toMatchObject({ status: 200, error_code: null, completion_tokens: 9 });
    });
  },
);
