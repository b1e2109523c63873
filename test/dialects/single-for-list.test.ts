// Where one thing stands for a list of one, and where something stands that is neither: what the client's own API takes is
// read, what it refuses is refused with the place, and nothing is lost without a word.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { json } from '../kit/replies.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Dialect } from './spoken.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.stop();
});

async function sendTo(front: Dialect, back: Dialect, more: Json) {
  const { path, body } = front.request(
    { turns: [{ role: 'user', items: [{ text: 'Hello' }] }], maxTokens: 500 },
    stage.aliasOf(back),
    false,
  );
  const seen = stage.upstream.requests.length;
  stage.upstream.script(
    json(200, back.answer({ items: [{ text: 'ok' }], finish: 'stop', usage: { input: 1, output: 1 } })),
  );
  const answer = await send(stage.gateway.url + path, {
    headers: { authorization: `Bearer ${KEY}` },
    body: { ...body, ...more },
  });
  const down = await answer.json();
  const isSent = stage.upstream.requests.length > seen;
  return {
    status: answer.status,
    down,
    up: isSent ? stage.asked(back) : undefined,
    raw: stage.upstream.requests.at(-1)?.json,
  };
}

const backsOf = (front: Dialect) =>
  DIALECTS.filter((back) => back !== front).map((back) => [back.title, back] as const);
const DECLARATION = {
  name: 'f',
  description: 'd',
  parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
};
const TOOL = { name: 'f', description: 'd', parameters: { type: 'object', properties: { a: { type: 'string' } } } };

describe.each(backsOf(gemini))('a Gemini client before %s', (_title, back) => {
  test.each<Json>([
    { tools: { functionDeclarations: [DECLARATION] } },
    { tools: { functionDeclarations: DECLARATION } },
    { tools: [{ functionDeclarations: DECLARATION }] },
    { tools: [{ function_declarations: [DECLARATION] }] },
    { tools: { function_declarations: DECLARATION } },
  ])('tools %j', async (more) => {
    const { status, up } = await sendTo(gemini, back, more);
    expect([status, up?.tools]).toEqual([200, [TOOL]]);
  });

  test.each<Json>([
    { contents: { role: 'user', parts: [{ text: 'Hello' }] } },
    { contents: { parts: { text: 'Hello' } } },
    { contents: [{ role: 'user', parts: { text: 'Hello' } }] },
  ])('contents %j', async (more) => {
    const { status, up } = await sendTo(gemini, back, more);
    expect([status, up?.turns]).toEqual([200, [{ role: 'user', items: [{ text: 'Hello' }] }]]);
  });

  test.each<Json>([
    { systemInstruction: { parts: [{ text: 'Be brief.' }] } },
    { systemInstruction: { parts: { text: 'Be brief.' } } },
    { system_instruction: { parts: { text: 'Be brief.' } } },
    { systemInstruction: 'Be brief.' },
  ])('system %j', async (more) => {
    const { status, up } = await sendTo(gemini, back, more);
    expect([status, up?.system]).toEqual([200, 'Be brief.']);
  });

  test.each<Json>([
    { generationConfig: { stopSequences: 'END' } },
    { generationConfig: undefined, generation_config: { stop_sequences: ['END'] } },
  ])('stop sequences %j', async (more) => {
    const { status, raw, down } = await sendTo(gemini, back, more);
    expect([status, down.error]).toEqual([200, undefined]);
    // Responses have none, and the models of chat that think refuse them.
    if (back === anthropicMessages) expect(raw.stop_sequences).toEqual(['END']);
  });

  test('allowed names as one, and modes in any case', async () => {
    const tools = { functionDeclarations: [DECLARATION, { ...DECLARATION, name: 'g' }] };
    const config = { mode: 'any', allowedFunctionNames: 'f' };
    const { status, up } = await sendTo(gemini, back, { tools, toolConfig: { functionCallingConfig: config } });
    expect([status, up?.choice]).toEqual([200, { tool: 'f' }]);
  });

  test('lists in schemas as one', async () => {
    const parameters = { type: 'OBJECT', properties: { a: { type: 'STRING', enum: 'x' } }, required: 'a' };
    const { up } = await sendTo(gemini, back, { tools: { functionDeclarations: { ...DECLARATION, parameters } } });
    expect(up?.tools?.[0]?.parameters).toEqual({
      type: 'object',
      properties: { a: { type: 'string', enum: ['x'] } },
      required: ['a'],
    });
  });

  test('an error beside a result is one only if it says something', async () => {
    const said = async (response: Json) => {
      const contents = [
        { role: 'user', parts: [{ text: 'q' }] },
        { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response } }] },
      ];
      const { raw } = await sendTo(gemini, back, { contents, tools: { functionDeclarations: DECLARATION } });
      const text = JSON.stringify(raw);
      return text.includes('is_error') ? text.includes('"is_error":true') : text.includes('Error: ');
    };
    expect(await said({ stdout: 'x', error: '' })).toBe(false);
    expect(await said({ stdout: 'x', error: null })).toBe(false);
    expect(await said({ ok: true, error: false })).toBe(false);
    expect(await said({ error: 'no' })).toBe(true);
    expect(await said({ stdout: 'x', error: 'no' })).toBe(true);
  });

  test.each<[Json, RegExp]>([
    [{ tools: 'f' }, /tools/],
    [{ tools: ['f'] }, /tools\[0\]/],
    [{ tools: [{ functionDeclarations: ['f'] }] }, /functionDeclarations/],
    [{ tools: [{ functionDeclarations: 'f' }] }, /functionDeclarations/],
    [{ tools: [{ functionDeclarations: [{ name: 'f', description: 7 }] }] }, /description/],
    [{ contents: 'Hello' }, /contents/],
    [{ contents: [['Hello']] }, /contents\[0\]/],
    [{ contents: [{ role: 'user', text: 'Hello' }] }, /contents\[0\]\.text/],
    [{ contents: [{ role: 'user', parts: 'Hello' }] }, /contents\[0\]\.parts/],
    [{ systemInstruction: { text: 'Be brief.' } }, /systemInstruction\.text/],
    [{ systemInstruction: ['Be brief.'] }, /systemInstruction/],
    [{ generationConfig: { stopSequences: [7] } }, /stopSequences/],
    [{ generationConfig: { stopSequences: { a: 1 } } }, /stopSequences/],
    [{ generationConfig: [] }, /generationConfig/],
    [{ generationConfig: { responseModalities: 'AUDIO' } }, /responseModalities/],
    [{ toolConfig: 'ANY' }, /toolConfig/],
    [{ toolConfig: { functionCallingConfig: { mode: 'SOME' } } }, /mode/],
  ])('%j is refused', async (more, place) => {
    const { status, down, up } = await sendTo(gemini, back, more);
    expect([status, up]).toEqual([400, undefined]);
    expect(down.error.message).toMatch(place);
  });
});

describe.each(backsOf(openaiChat))('a chat client before %s', (_title, back) => {
  test.each<Json>([{ tools: null }, { functions: null, tool_choice: null }, { tools: [] }])('%j', async (more) => {
    const { status, up } = await sendTo(openaiChat, back, more);
    expect([status, up?.tools]).toEqual([200, undefined]);
  });

  test('one stop word', async () => {
    const { status, raw } = await sendTo(openaiChat, back, { stop: 'END' });
    expect(status).toBe(200);
    if (back === anthropicMessages) expect(raw.stop_sequences).toEqual(['END']);
    if (back === gemini) expect(raw.generationConfig.stopSequences).toEqual(['END']);
  });

  test.each<[Json, RegExp]>([
    [{ tools: { type: 'function', function: { name: 'f' } } }, /tools/],
    [{ tools: 'f' }, /tools/],
    [{ functions: { name: 'f' } }, /functions/],
    [{ tools: [{ type: 'function', function: { name: 'f', strict: 'yes' } }] }, /strict/],
    [{ tools: [{ type: 'function', function: { name: 'f', description: {} } }] }, /description/],
    [{ stop: { a: 1 } }, /stop/],
    [{ stop: [7] }, /stop/],
    [{ messages: { role: 'user', content: 'Hello' } }, /messages/],
    [{ messages: [{ role: 'assistant', tool_calls: { id: 'c', function: { name: 'f' } } }] }, /tool_calls/],
    [{ modalities: 'audio' }, /modalities/],
    [{ response_format: 'json' }, /response_format/],
    [{ response_format: { type: 'json_schema', json_schema: { name: 'x', schema: 'x' } } }, /schema/],
  ])('%j is refused', async (more, place) => {
    const { status, down, up } = await sendTo(openaiChat, back, more);
    expect([status, up]).toEqual([400, undefined]);
    expect(down.error.message).toMatch(place);
  });
});

describe.each(backsOf(anthropicMessages))('an Anthropic client before %s', (_title, back) => {
  test('content and system as texts', async () => {
    const messages = [{ role: 'user', content: 'Hi' }];
    const { status, up } = await sendTo(anthropicMessages, back, { messages, system: 'Be brief.', tools: null });
    expect([status, up?.system, up?.turns]).toEqual([200, 'Be brief.', [{ role: 'user', items: [{ text: 'Hi' }] }]]);
  });

  test.each<[Json, RegExp]>([
    [{ tools: { name: 'f' } }, /tools/],
    [{ tools: [{ name: 'f', input_schema: { type: 'object' }, strict: 'yes' }] }, /strict/],
    [{ stop_sequences: 'END' }, /stop_sequences/],
    [{ stop_sequences: [7] }, /stop_sequences/],
    [{ system: { type: 'text', text: 'Be brief.' } }, /system/],
    [{ messages: { role: 'user', content: 'Hi' } }, /messages/],
    [{ messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }] }, /content/],
    [{ output_config: { format: { type: 'regex', schema: {} } } }, /format/],
    [{ tool_choice: 'auto' }, /tool_choice/],
  ])('%j is refused', async (more, place) => {
    const { status, down, up } = await sendTo(anthropicMessages, back, more);
    expect([status, up]).toEqual([400, undefined]);
    expect(down.error.message).toMatch(place);
  });
});

describe.each(backsOf(openaiResponses))('a responses client before %s', (_title, back) => {
  test('input as a text', async () => {
    const { status, up } = await sendTo(openaiResponses, back, {
      input: 'Hi',
      tools: null,
      tool_choice: null,
      text: null,
    });
    expect([status, up?.turns]).toEqual([200, [{ role: 'user', items: [{ text: 'Hi' }] }]]);
  });

  test.each<[Json, RegExp]>([
    [{ input: { role: 'user', content: 'Hi' } }, /input/],
    [{ tools: { type: 'function', name: 'f' } }, /tools/],
    [{ tools: ['f'] }, /tools\[0\]/],
    [{ tools: [{ type: 'function' }] }, /tools\[0\]\.name/],
    [{ tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function' }] }] }, /tools\[0\]\.tools\[0\]\.name/],
    [{ tools: [{ type: 'function', name: 'f', strict: 'yes' }] }, /strict/],
    [{ tool_choice: 'any' }, /tool_choice/],
    [{ text: 'json' }, /text/],
    [{ text: { format: { type: 'json' } } }, /text\.format\.type/],
    [{ text: { format: 'json' } }, /text\.format/],
    [{ text: { format: { type: 'json_schema', name: 'x', schema: 'x' } } }, /schema/],
    [{ stop: [7] }, /stop/],
  ])('%j is refused', async (more, place) => {
    const { status, down, up } = await sendTo(openaiResponses, back, more);
    expect([status, up]).toEqual([400, undefined]);
    expect(down.error.message).toMatch(place);
  });
});
