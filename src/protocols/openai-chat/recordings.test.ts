import { describe, expect, test } from 'bun:test';
import { answerGist, gathered, requestGist } from '../../../test/kit/chat-gist.ts';
import { orderProblems } from '../../../test/kit/event-order.ts';
import type { Json } from '../../../test/kit/json.ts';
import { loadRecordings, type Recording } from '../../../test/kit/recordings.ts';
import { parseSse } from '../../../test/kit/sse.ts';
import { CompletionBuilder, unfold } from '../../core/completion.ts';
import type { AnswerEvent } from '../../core/event.ts';
import { BY_OBJECT, BY_TYPE } from '../../vendors/thinking-controls.ts';
import type { Quirks } from '../../core/route.ts';
import type { Reply } from '../codec.ts';
import { codec } from './codec.ts';
import { ChatStreamReader } from './stream.ts';
import { namesOf } from '../contract/unsupported.fixture.ts';

const recordings = loadRecordings('openai-chat');
const good = recordings.filter(({ response }) => response.status === 200);
const plain = good.filter(({ stream }) => !stream);
const streamed = good.filter(({ stream }) => stream);

/** What the vendors' rows say, as far as these recordings need it. */
const QUIRKS: Readonly<Record<string, Quirks>> = {
  'api.openai.com': { fields: { 'tools.custom': true }, callIdLength: 40 },
  'openrouter.ai': { documents: 'url', thinking: BY_OBJECT },
  'api.mistral.ai': { documents: 'document_url', reasoningBack: 'thinking', callIdLength: 9 },
  'api.deepseek.com': { reasoningBack: 'reasoning_content' },
  'api.z.ai': { thinking: BY_TYPE, reasoningBack: 'reasoning_content' },
  'api.cerebras.ai': { reasoningBack: 'reasoning' },
};

function recoded({ request: { body }, host, stream }: Recording) {
  const conversation = codec.decodeRequest(body, { stream });
  return {
    conversation,
    encoded: codec.encodeRequest(conversation, { model: body.model, quirks: QUIRKS[host] ?? {} }),
  };
}

function replyTo(recording: Recording): Reply {
  const { conversation } = recoded(recording);
  return { conversation: { ...conversation, wantsUsage: true }, model: 'asked', id: 'made-up', now: 1_700_000_000_000 };
}

function decodedStream(recording: Recording): AnswerEvent[] {
  const decoder = recoded(recording).encoded.decodeStream();
  const events = parseSse(recording.response.body).json.flatMap((chunk) => [...decoder.push(chunk, undefined)]);
  return [...events, ...decoder.end()];
}

function encodedStream(events: Iterable<AnswerEvent>, reply: Reply) {
  const encoder = codec.encodeStream(reply);
  const texts = [...events].map((event) => encoder.push(event));
  return parseSse(texts.join('') + encoder.end());
}

test('there are recordings', () => {
  expect(plain.length).toBeGreaterThan(100);
  expect(streamed.length).toBeGreaterThan(15);
});

function lax(body: Json): Json {
  return {
    ...body,
    tools: body.tools.map((tool: Json) => ({ ...tool, function: { ...tool.function, strict: undefined } })),
  };
}

describe('requests', () => {
  test.each(recordings.map((each) => [each.name, each] as const))('%s', (_name, recording) => {
    const { encoded } = recoded(recording);
    const { body } = recording.request;
    // OpenRouter takes schemas as strict that OpenAI would refuse.
    const dropped = namesOf(encoded.unsupported);
    const isLax = dropped.includes('strict');
    expect(isLax).toBe(recording.name.includes('google_nested_schema'));
    expect(requestGist(JSON.parse(JSON.stringify(encoded.body)))).toEqual(requestGist(isLax ? lax(body) : body));
    expect(dropped.filter((field) => field !== 'strict')).toEqual(droppedOf(body));
    if (body.reasoning?.effort !== undefined)
      expect(encoded.body['reasoning']).toMatchObject({ effort: body.reasoning.effort });
    if (body.thinking?.type !== undefined) expect(encoded.body['thinking']).toEqual({ type: body.thinking.type });
  });

  test('thoughts go back to who wants them', () => {
    const back = recordings.filter(
      ({ request, host }) => QUIRKS[host]?.reasoningBack !== undefined && hasThoughts(request.body),
    );
    expect(back.length).toBeGreaterThan(3);
    for (const recording of back) {
      const thoughts = (body: Json) => body.messages.filter(({ role }: Json) => role === 'assistant').map(thoughtsOf);
      expect(thoughts(recoded(recording).encoded.body)).toEqual(thoughts(recording.request.body));
    }
  });
});

describe('plain answers', () => {
  test.each(plain.map((each) => [each.name, each] as const))('%s', (_name, recording) => {
    const { body } = recording.response;
    const completion = recoded(recording).encoded.decodeAnswer(body);
    const reply = replyTo(recording);
    const expected = answerGist(body);
    const again = answerGist(JSON.parse(JSON.stringify(codec.encodeAnswer(completion, reply))));
    expect(again).toEqual({ ...expected, id: expected.id ?? 'chatcmpl-made-up' });
    // The same as a stream.
    const { json, done, rest } = encodedStream(unfold(completion), reply);
    expect([done, rest]).toEqual([true, '']);
    expect(answerGist(gathered(json))).toEqual(again);
  });
});

describe('streams', () => {
  test.each(streamed.map((each) => [each.name, each] as const))('%s', (_name, recording) => {
    const events = decodedStream(recording);
    expect(orderProblems(events)).toEqual([]);
    const chunks = parseSse(recording.response.body).json;
    const expected = answerGist(gathered(chunks));
    expect(answerGist(gathered(encodedStream(events, replyTo(recording)).json))).toEqual(expected);
    const builder = new CompletionBuilder();
    for (const event of events) builder.push(event);
    expect(answerGist(codec.encodeAnswer(builder.build(), replyTo(recording)))).toEqual(expected);
  });

  test.each(streamed.map((each) => [each.name, each] as const))('%s, seen by the reader', (_name, { response }) => {
    const reader = new ChatStreamReader();
    const chunks = parseSse(response.body).json;
    const seen = chunks.map((chunk) => reader.see(chunk));
    expect(seen).toContain('content');
    expect(reader.finished).toBe(true);
    expect(reader.usage?.promptTokens).toBe(gathered(chunks).usage?.prompt_tokens);
  });
});

/** Settings that have no neutral form are named elsewhere. */
function droppedOf(body: Json): string[] {
  return body.top_k === undefined ? [] : ['topK'];
}

function hasThoughts({ messages }: Json): boolean {
  return messages.some((message: Json) => thoughtsOf(message) !== '');
}

function thoughtsOf({ content, ...message }: Json): string {
  const thinking = Array.isArray(content) ? content.filter(({ type }) => type === 'thinking') : [];
  const parts = thinking.flatMap((part: Json) => part.thinking).map(({ text }: Json) => text);
  return parts.join('') + (message.reasoning_content ?? message.reasoning ?? '');
}
