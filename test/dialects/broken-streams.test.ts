// Streams that are broken off after content: every official client notices, whatever the backend speaks.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { pieces, stallAfter } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { parseSse } from '../kit/sse.ts';
import type { Answer, Dialect } from './spoken.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const SAYS: Answer = {
  items: [{ text: 'Enough words to be told in many pieces.' }],
  finish: 'stop',
  usage: { input: 3, output: 9 },
};

/** The events up to the first words. */
function begun(back: Dialect): string {
  const events = back.events(SAYS);
  return events.slice(0, events.findIndex((event) => event.includes('Enough')) + 2).join('');
}

/** The upstream's own error, as its dialect streams one. */
const ERRORS: Readonly<Record<string, string>> = {
  openai: 'data: {"error":{"message":"busy","type":"server_error","param":null,"code":"server_is_overloaded"}}\n\n',
  'openai-responses':
    'event: response.failed\ndata: {"type":"response.failed","sequence_number":9,"response":{"id":"resp_1","object":"response","status":"failed","output":[],"error":{"code":"server_is_overloaded","message":"busy"}}}\n\n',
  anthropic: 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}\n\n',
  gemini: 'data: {"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}\n\n',
};

/** Resolves when the client has had its first words. */
let heard = Promise.withResolvers<void>();

const cut = (back: Dialect): Reply => ({
  async send(wire) {
    await wire.write(STREAM_HEAD + chunk(begun(back)));
    await wire.until(heard.promise);
    wire.cut();
  },
});
const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

const BREAKS: readonly (readonly [string, (back: Dialect) => Reply])[] = [
  ['is cut', cut],
  ['ends without its finish', (back) => pieces([begun(back)])],
  ['ends inside an event', (back) => pieces([begun(back), 'data: {"half'])],
  ['falls silent', (back) => stallAfter(begun(back))],
  ['has an error of its own', (back) => pieces([begun(back), ERRORS[back.protocol] ?? ''])],
];

let stage: Stage;
let clients: Readonly<Record<string, (model: string) => AsyncGenerator<string | undefined>>>;

beforeAll(async () => {
  stage = await startStage({ timeout: { read_timeout: '250ms' }, stream: { keepalive: '80ms' } });
  const { url } = stage.gateway;
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0 });
  const anthropic = new Anthropic({ baseURL: url, apiKey: KEY, maxRetries: 0 });
  const google = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: url } });
  clients = {
    async *chat(model) {
      const messages = [{ role: 'user' as const, content: 'x' }];
      for await (const chunk of await openai.chat.completions.create({ model, messages, stream: true }))
        yield chunk.choices[0]?.delta.content ?? undefined;
    },
    async *responses(model) {
      for await (const event of await openai.responses.create({ model, input: 'x', stream: true })) {
        // What OpenAI itself sends; the SDK leaves it to its user.
        if (event.type === 'response.failed') throw new Error(event.response.error?.message);
        yield event.type === 'response.output_text.delta' ? event.delta : undefined;
      }
    },
    async *messages(model) {
      const messages = [{ role: 'user' as const, content: 'x' }];
      for await (const event of await anthropic.messages.create({ model, messages, max_tokens: 99, stream: true }))
        yield event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : undefined;
    },
    async *gemini(model) {
      for await (const chunk of await google.models.generateContentStream({ model, contents: 'x' })) yield chunk.text;
    },
  };
});

afterAll(async () => await stage.stop());

describe.each(['chat', 'responses', 'messages', 'gemini'])('the client of %s', (client) => {
  describe.each(DIALECTS.map((back) => [back.title, back] as const))('before %s', (_title, back) => {
    test.each(BREAKS)('throws where the stream %s', async (_how, reply) => {
      stage.upstream.script(reply(back));
      heard = Promise.withResolvers();
      let said = '';
      let failure: unknown;
      try {
        for await (const text of clients[client]?.(stage.aliasOf(back)) ?? []) {
          said += text ?? '';
          if (said !== '') heard.resolve();
        }
      } catch (error) {
        failure = error;
      }
      expect(failure).toBeInstanceOf(Error);
      expect(said).toStartWith('Enough');
    });
  });
});

/** What the SDK's type of a response demands, whatever became of it. */
const REQUIRED =
  'id object created_at model instructions metadata parallel_tool_calls temperature tool_choice tools top_p output error incomplete_details';

describe('the last event of a response that is broken off', () => {
  const body = (back: Dialect): object => ({
    model: stage.aliasOf(back),
    input: 'x',
    stream: true,
    instructions: 'Größe 🙂',
    metadata: { a: 'b' },
    tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false }],
  });

  async function told(back: Dialect, reply: Reply): Promise<readonly Json[]> {
    stage.upstream.script(reply);
    heard = Promise.withResolvers();
    heard.resolve();
    const headers = { authorization: `Bearer ${KEY}` };
    const answer = await send(`${stage.gateway.url}/v1/responses`, { body: body(back), headers });
    return parseSse((await answer.whole()).text).json;
  }

  test.each(DIALECTS.flatMap((back) => BREAKS.slice(1).map(([how, reply]) => [back.title, how, back, reply] as const)))(
    'goes on with it: %s, where the stream %s',
    async (_title, how, back, reply) => {
      const events = await told(back, reply(back));
      const first = events[0];
      const last = events.at(-1);
      expect([first.type, last.type]).toEqual(['response.created', 'response.failed']);
      expect(last.response.status).toBe('failed');
      // An error of the backend's own passes as it is where the dialect is its own, too.
      if (back.protocol === 'openai-responses' && how === 'has an error of its own') return;
      for (const key of REQUIRED.split(' ')) expect([key, key in last.response]).toEqual([key, true]);
      for (const key of ['id', 'created_at', 'model', 'instructions', 'metadata', 'tools']) {
        if (key in first.response) expect([key, last.response[key]]).toEqual([key, first.response[key]]);
      }
      expect(last.response.error.message).not.toBe('');
      const numbers = events.flatMap(({ sequence_number: number }) => (number === undefined ? [] : [number]));
      expect(last.sequence_number).toBe(numbers.length === 1 ? 0 : (numbers.at(-2) ?? -1) + 1);
    },
  );

  test('and has the id that the client was given, be it sealed', async () => {
    const sealed = await startStage({
      proxy_api_key: undefined,
      keys: ['a', 'b'].map((name) => ({ name, key: `${KEY}-${name}`, models: ['*'] })),
      timeout: { read_timeout: '250ms' },
    });
    const back = DIALECTS.find(({ protocol }) => protocol === 'openai-responses');
    if (back === undefined) throw new Error('no such dialect');
    sealed.upstream.script(pieces([begun(back)]));
    const headers = { authorization: `Bearer ${KEY}-a` };
    const answer = await send(`${sealed.gateway.url}/v1/responses`, { body: body(back), headers });
    const events = parseSse((await answer.whole()).text).json;
    expect(events[0].response.id).not.toBe('resp_1');
    expect(events.at(-1).response.id).toBe(events[0].response.id);
    await sealed.stop();
  });
});
