// What real agents have sent, before backends of every dialect: whatever the gateway makes of it has to be valid there,
// and to answer what was asked. How the requests were made is in test/fixtures/agents/README.md.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { json, pieces } from '../kit/replies.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Answer, Dialect } from './spoken.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { checkMessages } from './valid/anthropic-messages.ts';
import { checkGemini } from './valid/gemini.ts';
import { checkChat } from './valid/openai-chat.ts';
import { checkResponses } from './valid/openai-responses.ts';

const ROOT = join(import.meta.dir, '../fixtures/agents');
const CHECKS: ReadonlyMap<Dialect, (body: Json) => void> = new Map([
  [openaiChat, checkChat],
  [openaiResponses, checkResponses],
  [anthropicMessages, checkMessages],
  [gemini, checkGemini],
]);
const ANSWER: Answer = {
  items: [{ thought: 'I am done.', signature: 'c2lnbmF0dXJl' }, { text: 'Done: “fine” ✓.' }],
  finish: 'stop',
  usage: { input: 1200, output: 90 },
};

/** A request as it came from an agent. */
interface Captured {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

const CAPTURED = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .toSorted()
  .map((file) => [file.slice(0, -5), JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Captured] as const);

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.stop();
});

function frontOf(path: string): Dialect {
  if (path.startsWith('/v1/messages')) return anthropicMessages;
  if (path.startsWith('/v1/responses')) return openaiResponses;
  return path.startsWith('/v1beta') ? gemini : openaiChat;
}

/** The request for another model; Gemini has it in the path. */
function forModel({ path, headers, body }: Captured, model: string) {
  const isInPath = body.model === undefined;
  return {
    path: isInPath ? path.replace(/models\/[^:]+/, `models/${model}`) : path,
    headers: { ...headers, authorization: `Bearer ${KEY}` },
    body: isInPath ? body : { ...body, model },
  };
}

test.each([
  ['/v1/responses', 'x-codex-turn-metadata', anthropicMessages],
  ['/v1/messages', 'x-claude-code-session-id', openaiResponses],
])('what an agent at %s tells its provider in %s, paths among it, is not for another one', async (url, name, back) => {
  const front = frontOf(url);
  const asking = async (model: string) => {
    const { path, body } = front.request({ turns: [{ role: 'user', items: [{ text: 'Hi' }] }] }, model, false);
    const headers = {
      authorization: `Bearer ${KEY}`,
      [name]: '{"workspaces":{"/home/user/project":{}}}',
      'x-custom': 'a',
    };
    await (await send(stage.gateway.url + path, { headers, body })).whole();
    return stage.upstream.requests.at(-1)?.headers ?? {};
  };
  stage.upstream.script(json(200, back.answer(ANSWER)));
  const elsewhere = await asking(stage.aliasOf(back));
  expect([elsewhere[name], elsewhere['x-custom']]).toEqual([undefined, 'a']);
  stage.upstream.script(json(200, front.answer(ANSWER)));
  expect((await asking(stage.aliasOf(front)))[name]).toBeString();
});

describe.each(DIALECTS.map((back) => [back.title, back] as const))('for %s', (_title, back) => {
  test.each(CAPTURED)('%s', async (_name, captured) => {
    const front = frontOf(captured.path);
    stage.upstream.script(pieces(back.events(ANSWER)));
    const { path, ...request } = forModel(captured, stage.aliasOf(back));
    const answer = await send(stage.gateway.url + path, request);
    const { text } = await answer.whole();
    expect([answer.status, text]).toEqual([200, text]);
    const sent = stage.upstream.requests.at(-1)?.json;
    if (front !== back) CHECKS.get(back)?.(sent);
    expect(front.readStream(text).items.at(-1)).toEqual({ text: 'Done: “fine” ✓.' });
  });
});
