// What is fuzzed: each target makes cases and says what is wrong with one. A case is plain JSON, so that one that was
// found can be kept.
import * as fc from 'fast-check';
import { DIALECTS } from '../dialects/stage.ts';
import type { Answer, Ask } from '../dialects/spoken.ts';
import type { Json } from '../kit/json.ts';
import type { DialectShapes } from '../kit/shape.ts';
import type { Reply } from '../kit/replies.ts';
import { json, pieces, raw, splitEvery } from '../kit/replies.ts';
import anthropicMessages from '../shapes/anthropic-messages.json';
import gemini from '../shapes/gemini.json';
import openaiChat from '../shapes/openai-chat.json';
import openaiResponses from '../shapes/openai-responses.json';
import { configs, judgeConfig } from './configs.ts';
import { documentOf, oddValue } from './documents.ts';
import { compareWithLlhttp, wireAnswers } from './http-answers.ts';
import { schema } from './schemas.ts';
import type { FuzzStage, Verdict } from './stage.ts';
import { JSON_TYPE, withCanary } from './stage.ts';

export interface Target {
  readonly name: string;
  readonly cases: fc.Arbitrary<Json>;
  judge(one: Json, fuzz: FuzzStage): Promise<Verdict>;
}

const SHAPES = [openaiChat, openaiResponses, anthropicMessages, gemini] as unknown as readonly DialectShapes[];
const HELLO: Ask = { turns: [{ role: 'user', items: [{ text: 'Hello' }] }] };
const ANSWER: Answer = { items: [{ text: 'Hi.' }], finish: 'stop', usage: { input: 3, output: 2 } };

/** Which dialect asks, and which answers, by their places in DIALECTS. */
const pair = { front: fc.nat(3), back: fc.nat(3), stream: fc.boolean() };

const requests: Target = {
  name: 'requests',
  cases: fc.record(pair).chain(({ front, ...rest }) =>
    fc.record({
      front: fc.constant(front),
      ...constants(rest),
      document: documentOf(shapesOf(front), shapesOf(front).request),
    }),
  ),
  judge: async ({ front, back, stream, document }, fuzz) => {
    const { path, body } = dialectOf(front).request(HELLO, aliasOf(back), stream);
    // Where it is sent and whether it is a stream is the case's; everything else is the document's.
    const { model, stream: asked } = body;
    const whole = {
      ...document,
      ...(model === undefined ? {} : { model }),
      ...(asked === undefined ? {} : { stream: asked }),
    };
    const text = withCanary(
      document !== null && typeof document === 'object' ? whole : document,
      fuzz.nextCanary('prompt'),
    );
    return await fuzz.ask({ path, body: text, headers: JSON_TYPE, reply: answering(back, ANSWER) });
  },
};

const schemas: Target = {
  name: 'schemas',
  cases: fc.record({ ...pair, tool: schema, answer: fc.option(schema), strict: fc.boolean() }),
  judge: async ({ front, back, stream, tool, answer, strict }, fuzz) => {
    const ask: Ask = {
      ...HELLO,
      tools: [{ name: 'look_up', description: 'Looks it up.', parameters: tool, ...(strict ? { strict } : {}) }],
      ...(answer === null ? {} : { schema: { name: 'answer', schema: answer } }),
    };
    const { path, body } = dialectOf(front).request(ask, aliasOf(back), stream);
    const text = withCanary(body, fuzz.nextCanary('prompt'));
    return await fuzz.ask({ path, body: text, headers: JSON_TYPE, reply: answering(back, ANSWER) });
  },
};

const answers: Target = {
  name: 'answers',
  cases: fc.record(pair).chain(({ back, ...rest }) =>
    fc.record({
      back: fc.constant(back),
      ...constants(rest),
      status: fc.oneof(
        { weight: 5, arbitrary: fc.constant(200) },
        fc.constantFrom(200, 201, 301, 400, 404, 429, 500, 529),
      ),
      document: fc.oneof(
        { weight: 5, arbitrary: documentOf(shapesOf(back), shapesOf(back).answer) },
        fc.record({ error: oddValue }),
      ),
    }),
  ),
  judge: async ({ front, back, stream, status, document }, fuzz) => {
    const canary = fuzz.nextCanary('answer');
    const { path, body } = dialectOf(front).request(HELLO, aliasOf(back), stream);
    const reply = json(status, withCanary(document, canary), JSON_TYPE);
    return await fuzz.ask({ path, body: JSON.stringify(body), headers: JSON_TYPE, reply });
  },
};

const streams: Target = {
  name: 'streams',
  cases: fc.record(pair).chain(({ back, ...rest }) =>
    fc.record({
      back: fc.constant(back),
      ...constants(rest),
      events: fc.array(documentOf(shapesOf(back), shapesOf(back).event), { maxLength: 12 }),
      lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
      garbage: fc.option(
        fc.constantFrom(': comment', 'data:', 'data: {', 'event: x', 'id: 1', '\u{feff}', 'data: [DONE]'),
      ),
      pieceBytes: fc.constantFrom(1, 7, 64, 100_000),
      isWhole: fc.boolean(),
    }),
  ),
  judge: async ({ front, back, stream, ...said }, fuzz) => {
    const canary = fuzz.nextCanary('answer');
    const { path, body } = dialectOf(front).request(HELLO, aliasOf(back), stream);
    return await fuzz.ask({ path, body: JSON.stringify(body), headers: JSON_TYPE, reply: streaming(said, canary) });
  },
};

const config: Target = { name: 'config', cases: configs, judge: (one) => Promise.resolve(judgeConfig(one)) };

/** How answers end on the wire, beside llhttp. */
const framing: Target = {
  name: 'framing',
  cases: wireAnswers,
  judge: (one) => Promise.resolve(compareWithLlhttp(one)),
};

export const TARGETS: readonly Target[] = [requests, answers, streams, schemas, config, framing];

function streaming({ events, lineEnd, garbage, pieceBytes, isWhole }: Json, canary: string): Reply {
  const lines = events.flatMap((event: Json) => [
    ...(typeof event?.type === 'string' ? [`event: ${event.type.replaceAll(/[\r\n]/g, ' ')}`] : []),
    `data: ${withCanary(event, canary)}`,
    ...(garbage === null ? [] : [garbage]),
    '',
  ]);
  const text = [...lines, ''].join(lineEnd);
  const parts = splitEvery(text, Math.max(pieceBytes, Math.ceil(text.length / 2000)));
  if (isWhole) return pieces(parts);
  return raw(
    `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${text.length + 99}\r\n\r\n${text}`,
  );
}

/** A good answer of this dialect, streamed where it is asked for a stream. */
function answering(back: number, answer: Answer): Reply {
  const dialect = dialectOf(back);
  return {
    async send(wire) {
      const isStream = wire.request.path.includes('streamGenerateContent') || /"stream": ?true/.test(wire.request.text);
      await (isStream ? pieces(dialect.events(answer)) : json(200, dialect.answer(answer))).send(wire);
    },
  };
}

function dialectOf(at: number) {
  const dialect = DIALECTS[at];
  if (dialect === undefined) throw new Error(`no dialect ${at}`);
  return dialect;
}

function shapesOf(at: number): DialectShapes {
  const shapes = SHAPES[at];
  if (shapes === undefined) throw new Error(`no shapes ${at}`);
  return shapes;
}

function aliasOf(back: number): string {
  return `to-${dialectOf(back).protocol}`;
}

function constants<T extends Record<string, unknown>>(values: T): { [K in keyof T]: fc.Arbitrary<T[K]> } {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)])) as {
    [K in keyof T]: fc.Arbitrary<T[K]>;
  };
}
