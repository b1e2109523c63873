// Streams that are broken off after content: every official client notices, whatever the backend speaks.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { pieces, stallAfter } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
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
