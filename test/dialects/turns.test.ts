// What is said by whom, and in which messages: from each dialect to each other, through sockets.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { json, pieces } from '../kit/replies.ts';
import { parseSse } from '../kit/sse.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Answer, Dialect } from './spoken.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const AUTHORIZED = { authorization: `Bearer ${KEY}` };
const OK: Answer = { items: [{ text: 'ok' }], finish: 'stop', usage: { input: 3, output: 1 } };

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.stop();
});

/** What the backend was sent for this body. */
async function sent(back: Dialect, path: string, body: object): Promise<{ status: number; json: Json; answer: Json }> {
  stage.upstream.script((request) => {
    const { stream } = back.asked(request.json, request.path);
    return stream ? pieces(back.events(OK)) : json(200, back.answer(OK));
  });
  const before = stage.upstream.requests.length;
  const answer = await send(stage.gateway.url + path, { body, headers: AUTHORIZED });
  return { status: answer.status, json: stage.upstream.requests[before]?.json, answer: await answer.json() };
}

const others = (own: Dialect) => DIALECTS.filter((back) => back !== own).map((back) => [back.title, back] as const);

describe.each(others(anthropicMessages))('an Anthropic client before %s', (_title, back) => {
  const ask = (more: object) => sent(back, '/v1/messages', { model: stage.aliasOf(back), max_tokens: 1000, ...more });
  const user = { role: 'user', content: 'Where are we?' };

  test('the line by which an agent is billed stays here, and the words of the answer have no citations', async () => {
    const { json: body, answer } = await ask({
      system: [
        { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1; cch=abcde;' },
        { type: 'text', text: 'You are a guide.' },
      ],
      messages: [user],
    });
    expect(JSON.stringify(body)).not.toContain('billing');
    expect(JSON.stringify(body)).toContain('You are a guide.');
    expect(answer.content).toEqual([{ type: 'text', text: 'ok' }]);
  });

  test('tools that were added and taken away', async () => {
    const tool = (name: string) => ({ name, input_schema: { type: 'object', properties: { at: { type: 'string' } } } });
    const change = (type: string, of: object) => ({ role: 'system', content: [{ type, tool: of }] });
    const { json: body } = await ask({
      tools: [tool('old_tool'), tool('kept_tool')],
      messages: [
        user,
        change('tool_removal', { type: 'tool_reference', name: 'old_tool' }),
        change('tool_addition', { type: 'tool_definition', definition: tool('new_tool') }),
      ],
    });
    const text = JSON.stringify(body);
    expect(['old_tool', 'kept_tool', 'new_tool'].map((name) => text.includes(name))).toEqual([false, true, true]);
  });

  test('a summary takes the place of what it is of', async () => {
    const { json: body } = await ask({
      messages: [
        { role: 'user', content: 'Long ago.' },
        {
          role: 'assistant',
          content: [{ type: 'compaction', content: 'They went to Rome.', encrypted_content: 'AA' }],
        },
        user,
      ],
    });
    expect(JSON.stringify(body)).toContain('They went to Rome.');
    expect(JSON.stringify(body)).not.toContain('Long ago.');
  });

  test('a summary that is asked for is refused, and nothing is sent', async () => {
    for (const more of [
      { compaction: { type: 'summarize' } },
      { context_management: { edits: [{ type: 'compact_20260112' }] } },
    ]) {
      const { status, json: body, answer } = await ask({ messages: [user], ...more });
      expect([status, body, answer.type]).toEqual([400, undefined, 'error']);
      expect(answer.error.message).toContain(Object.keys(more)[0] ?? '');
    }
  });

  test('a conversation that the assistant begins', async () => {
    const { status, json: body } = await ask({ messages: [{ role: 'assistant', content: 'Hello.' }, user] });
    expect(status).toBe(200);
    if (back === gemini) expect(body.contents.map(({ role }: Json) => role)).toEqual(['user', 'model', 'user']);
    if (back === openaiChat) expect(body.messages.map(({ role }: Json) => role)).toEqual(['user', 'assistant', 'user']);
  });
});

describe('a Responses client', () => {
  test.each(others(openaiResponses))('before %s is told of what is encrypted for another', async (_title, back) => {
    for (const [field, more] of [
      ['compaction', { input: [{ type: 'compaction', id: 'cmp_1', encrypted_content: 'AAAA' }] }],
      ['compaction_trigger', { input: [{ role: 'user', content: 'hi' }, { type: 'compaction_trigger' }] }],
      ['context_management', { input: 'hi', context_management: [{ type: 'compaction', compact_threshold: 1000 }] }],
    ] as const) {
      const { status, json: body, answer } = await sent(back, '/v1/responses', { model: stage.aliasOf(back), ...more });
      expect([status, body]).toEqual([400, undefined]);
      expect(answer.error.message).toContain(field);
    }
  });
});

const TURNS_BY_PATH = [
  [
    '/v1/messages',
    { max_tokens: 9, messages: [0, 1, 2].map((at) => ({ role: at === 1 ? 'system' : 'user', content: `w${at}` })) },
  ],
  ['/v1/responses', { input: [0, 1, 2].map((at) => ({ role: at === 1 ? 'developer' : 'user', content: `w${at}` })) }],
] as const;

test.each(TURNS_BY_PATH)('%s: a server of open models gets the system in front', async (path, body) => {
  const { json: seen } = await sent(openaiChat, path, { model: stage.aliasOf(openaiChat), ...body });
  expect(seen.messages.map(({ role }: Json) => role)).toEqual(['system', 'user']);
  expect(seen.messages[0].content).toBe('w1');
  expect(JSON.stringify(seen.messages[1])).toMatch(/w0.*w2/);
});

test.each(TURNS_BY_PATH)('%s: one that is said to take it anywhere gets it where it was', async (path, body) => {
  const loose = await startStage({
    backends: [
      {
        name: 'openai',
        url: stage.upstream.url,
        quirks: { system_first: false, turns_alternate: false },
      },
    ],
    models: { loose: { routes: [{ backend: 'openai', model: 'm' }] } },
  });
  stage.upstream.script(json(200, openaiChat.answer(OK)));
  const before = stage.upstream.requests.length;
  const answer = await send(`${loose.gateway.url}${path}`, { body: { model: 'loose', ...body }, headers: AUTHORIZED });
  expect(answer.status).toBe(200);
  const { messages } = stage.upstream.requests[before]?.json ?? {};
  expect(messages.map(({ role }: Json) => role)).toEqual(['user', 'system', 'user']);
  await loose.stop();
});

describe('two messages of one answer', () => {
  const message = (id: string, text: string, phase: string) => ({
    id,
    type: 'message',
    role: 'assistant',
    status: 'completed',
    phase,
    content: [{ type: 'output_text', text, annotations: [] }],
  });
  const output = [message('msg_1', 'Let me look at it.', 'commentary'), message('msg_2', 'It is 42.', 'final_answer')];
  const response = { id: 'resp_1', object: 'response', created_at: 1, model: 'm', status: 'completed', output };
  const events = [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    ...output.flatMap((item, output_index) => [
      { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress', content: [] } },
      ...(item.content[0]?.text ?? '').split(/(?<= )/).map((delta) => ({
        type: 'response.output_text.delta',
        item_id: item.id,
        output_index,
        content_index: 0,
        delta,
      })),
      { type: 'response.output_item.done', output_index, item },
    ]),
    { type: 'response.completed', response },
  ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);

  const asked = async (path: string, body: object, isStream: boolean): Promise<Json> => {
    stage.upstream.script(isStream ? pieces(events) : json(200, response));
    const answer = await send(stage.gateway.url + path, { body, headers: AUTHORIZED });
    expect(answer.status).toBe(200);
    return isStream ? parseSse((await answer.whole()).text).json : await answer.json();
  };
  const model = 'to-openai-responses';
  const both = 'Let me look at it.\n\nIt is 42.';

  test.each([false, true])('are two paragraphs of chat, streamed: %p', async (stream) => {
    const body = { model, stream, messages: [{ role: 'user', content: 'hi' }] };
    const told = await asked('/v1/chat/completions', body, stream);
    const text = stream
      ? told.map(({ choices }: Json) => choices[0]?.delta.content ?? '').join('')
      : told.choices[0].message.content;
    expect(text).toBe(both);
  });

  test.each([false, true])('are two paragraphs of Gemini, streamed: %p', async (stream) => {
    const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
    const body = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
    const told = await asked(`/v1beta/models/${model}:${method}`, body, stream);
    const text = [told]
      .flat()
      .flatMap(({ candidates }: Json) => candidates[0]?.content?.parts ?? [])
      .map((part: Json) => part.text)
      .join('');
    expect(text).toBe(both);
  });

  test.each([false, true])('are two blocks of Anthropic, streamed: %p', async (stream) => {
    const told = await asked(
      '/v1/messages',
      { model, stream, max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] },
      stream,
    );
    const texts: string[] = [];
    if (stream) {
      for (const { type, index, delta } of told)
        if (type === 'content_block_delta') texts[index] = (texts[index] ?? '') + delta.text;
    } else for (const { text } of told.content) texts.push(text);
    expect(texts).toEqual(['Let me look at it.', 'It is 42.']);
  });
});

describe('texts with a call between them', () => {
  const SAYS: Answer = {
    items: [{ text: 'Let me look.' }, { call: { id: 'toolu_1', name: 'look', args: {} } }, { text: 'Meanwhile.' }],
    finish: 'tool_calls',
    usage: { input: 3, output: 9 },
  };

  test.each([false, true])('are two paragraphs of chat, streamed: %p', async (stream) => {
    stage.plays(anthropicMessages, SAYS);
    const answer = await send(`${stage.gateway.url}/v1/chat/completions`, {
      headers: AUTHORIZED,
      body: { model: 'to-anthropic', stream, messages: [{ role: 'user', content: 'hi' }] },
    });
    const text = stream
      ? parseSse((await answer.whole()).text)
          .json.map(({ choices }: Json) => choices[0]?.delta.content ?? '')
          .join('')
      : (await answer.json()).choices[0].message.content;
    expect(text).toBe('Let me look.\n\nMeanwhile.');
  });

  test('of the history are, too', async () => {
    const messages = [
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me look.' },
          { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} },
          { type: 'text', text: 'Meanwhile.' },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'r' }] },
    ];
    const { json: seen } = await sent(openaiChat, '/v1/messages', { model: 'to-openai', max_tokens: 99, messages });
    expect(seen.messages[1].content).toBe('Let me look.\n\nMeanwhile.');
  });

  test('two messages of the history are, too', async () => {
    const assistant = (text: string) => ({ role: 'assistant', content: [{ type: 'output_text', text }] });
    const input = [
      { role: 'user', content: 'hi' },
      assistant('One.'),
      assistant('Two.'),
      { role: 'user', content: 'ho' },
    ];
    const { json: seen } = await sent(openaiChat, '/v1/responses', { model: 'to-openai', input });
    expect(seen.messages[1].content).toBe('One.\n\nTwo.');
    const said = { role: 'assistant', content: 'One.' };
    const messages = [{ role: 'user', content: 'hi' }, said, said, { role: 'user', content: 'ho' }];
    const { json: merged } = await sent(openaiChat, '/v1/messages', { model: 'to-openai', max_tokens: 9, messages });
    expect(merged.messages[1].content).toBe('One.\n\nOne.');
  });
});
