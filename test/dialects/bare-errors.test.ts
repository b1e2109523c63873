// An event that is an error by its name alone, whatever it holds, tells its words to clients of every dialect.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { pieces } from '../kit/replies.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Dialect } from './spoken.ts';
import { DIALECTS, KEY, startStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.stop();
});

const DATA = ['{"message":"The disk is full."}', '{"detail":"The disk is full."}', '{"msg":"The disk is full."}'];

test.each(
  [openaiChat, openaiResponses, anthropicMessages].flatMap((back) =>
    DIALECTS.flatMap((front) =>
      DATA.map((data): [string, Dialect, Dialect, string] => [
        `${front.title} from ${back.title}: ${data}`,
        front,
        back,
        data,
      ]),
    ),
  ),
)('%s', async (_title, front, back, data) => {
  stage.upstream.script(pieces([`event: error\ndata: ${data}\n\n`]));
  const { path, body } = front.request(
    { turns: [{ role: 'user', items: [{ text: 'Hi' }] }] },
    stage.aliasOf(back),
    true,
  );
  const answer = await send(stage.gateway.url + path, { headers: { authorization: `Bearer ${KEY}` }, body });
  expect((await answer.whole()).text).toContain('The disk is full.');
});
