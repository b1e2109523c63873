// Real exchanges: what a client said and was told is the same after a way through the neutral form.
import { describe, expect, test } from 'bun:test';
import { loadRecordings, type Recording } from '../../../test/kit/recordings.ts';
import { CompletionBuilder, unfold, type Completion } from '../../core/completion.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Reply } from '../codec.ts';
import { dataLines } from '../shared/stream/sse.ts';
import { codec } from './codec.ts';
import { gemini } from './protocol.ts';
import { withoutCharges } from '../contract/samples.fixture.ts';

const recordings = loadRecordings('gemini');
const good = recordings.filter(({ response }) => response.status === 200);

type Loose = Readonly<Record<string, unknown>>;

function loose(value: unknown): Loose {
  return (value ?? {}) as Loose;
}

function looseList(value: unknown): Loose[] {
  return (value ?? []) as Loose[];
}

/** The model of the path. */
function modelOf({ request }: Recording): string {
  return /models\/([^:]+):/.exec(request.path)?.[1] ?? '';
}

function decoded(recording: Recording) {
  return codec.decodeRequest(recording.request.body as JsonObject, { stream: recording.stream });
}

/** Everything in a request that was said, whatever its names are written like; looked at without the codec. */
function saidIn(body: unknown): unknown {
  const { contents, systemInstruction, tools } = loose(camel(body));
  const parts = looseList(contents).flatMap((content) =>
    looseList(content['parts']).map((part): Loose => ({ role: content['role'] ?? 'user', ...part })),
  );
  const responses = parts.flatMap((part) =>
    part['functionResponse'] === undefined ? [] : [loose(part['functionResponse'])],
  );
  const holders = parts.flatMap((part) => [part, ...looseList(loose(part['functionResponse'])['parts'])]);
  return {
    system:
      systemInstruction === undefined
        ? undefined
        : looseList(loose(systemInstruction)['parts']).map(({ text }) => text),
    texts: parts.flatMap(({ role, text, thought }) =>
      typeof text === 'string' && thought !== true ? [[role, text]] : [],
    ),
    calls: parts.flatMap(({ functionCall }) => functionCall ?? []),
    results: responses.map(({ id, name, response }) => [
      id,
      name,
      'error' in loose(response),
      outputIn(loose(response)),
    ]),
    media: holders
      .map(({ inlineData, fileData }) => loose(inlineData ?? fileData))
      .filter((data) => data['mimeType'] !== undefined)
      .map((data) => ({ ...data, data: standard(data['data']) })),
    tools: looseList(tools)
      .flatMap((tool) =>
        tool['functionDeclarations'] === undefined ? [tool] : looseList(tool['functionDeclarations']),
      )
      .map((declaration) => ({ ...declaration, description: declaration['description'] || undefined })),
  };
}

/** What a function gave, as text: the one member that says it, or all there is. */
function outputIn(response: Loose): string {
  const keys = Object.keys(response);
  const output = keys.length === 1 && (keys[0] === 'output' || keys[0] === 'error') ? response[keys[0]] : response;
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  return text === '{}' ? '' : text;
}

function standard(data: unknown): unknown {
  return typeof data === 'string' ? Buffer.from(data, 'base64').toString('base64') : undefined;
}

/** Names of the API's own members in camel case; what is inside of arguments, responses and schemas stays. */
function camel(value: unknown, isOwn = true): unknown {
  if (Array.isArray(value)) return value.map((inner) => camel(inner, isOwn));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = isOwn ? key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : key;
      return [name, camel(inner, isOwn && !['args', 'response', 'parametersJsonSchema'].includes(name))];
    }),
  );
}

/** Schemas that were written in Google's own kind come out as JSON Schema. */
function asJsonSchema(said: unknown): unknown {
  return JSON.parse(
    JSON.stringify(said)
      .replaceAll('"parameters":', '"parametersJsonSchema":')
      .replaceAll(/"type":"([A-Z]+)"/g, (_, type: string) => `"type":"${type.toLowerCase()}"`),
  );
}

/** With definitions in the place of the references to them, which all are of the first level. */
function withoutReferences(value: unknown): unknown {
  const { $defs: definitions = {} } = ((value as Loose | undefined)?.['schema'] ?? {}) as { $defs?: Loose };
  return JSON.parse(JSON.stringify(value ?? null), (key, inner: unknown) => {
    const name = (inner as { $ref?: string } | null)?.$ref?.slice('#/$defs/'.length);
    if (key === '$defs') return undefined;
    return name === undefined ? inner : definitions[name];
  });
}

describe('every recorded request', () => {
  test('there are some of each kind', () => {
    const all = good.map((recording) => saidIn(recording.request.body) as Record<string, unknown[]>);
    for (const kind of ['texts', 'calls', 'results', 'media', 'tools']) {
      expect(all.filter((said) => (said[kind] ?? []).length > 0).length).toBeGreaterThan(5);
    }
  });

  test.each(good.map((recording) => [recording.name, recording] as const))('%s', (_, recording) => {
    const conversation = decoded(recording);
    const { body } = codec.encodeRequest(conversation, { model: modelOf(recording), quirks: {} });
    // What is sent is JSON.
    const sent: unknown = JSON.parse(JSON.stringify(body));
    expect(asJsonSchema(saidIn(sent))).toEqual(asJsonSchema(saidIn(recording.request.body)));
    const again = codec.decodeRequest(sent as JsonObject, { stream: recording.stream });
    expect(again.settings).toEqual(conversation.settings);
    expect(withoutReferences(again.output)).toEqual(withoutReferences(conversation.output));
    expect(again.tools).toEqual(conversation.tools.map((tool) => ({ ...tool })));
    expect(conversation.unsupported).toEqual([]);
  });

  test.each(good.map((recording) => [recording.name, recording] as const))(
    '%s: signatures come back',
    (_, recording) => {
      const { body } = codec.encodeRequest(decoded(recording), { model: modelOf(recording), quirks: {} });
      const signaturesIn = (value: unknown): unknown[] =>
        (JSON.stringify(value).match(/"thoughtSignature":"[^"]*"/g) ?? []).filter((found) => !PLACEHOLDER.test(found));
      expect(signaturesIn(body['contents'])).toEqual(signaturesIn((recording.request.body as Loose)['contents']));
    },
  );
});

const PLACEHOLDER = /"(?:c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=|skip_thought_signature_validator)"$/;

const reading = { model: 'm', quirks: {} };
const request = codec.encodeRequest(codec.decodeRequest({ contents: [] }, { stream: true }), reading);

function reply(recording: Recording): Reply {
  return { conversation: decoded(recording), model: 'alias', id: 'made-up', now: 0 };
}

function eventsOf(body: unknown): unknown[] {
  return dataLines(String(body)).map((line): unknown => JSON.parse(line));
}

function completionOf(events: readonly unknown[]): Completion {
  const builder = new CompletionBuilder();
  const decoder = request.decodeStream();
  for (const event of events) for (const step of decoder.push(event, undefined)) builder.push(step);
  for (const step of decoder.end()) builder.push(step);
  return builder.build();
}

function encodedStream(completion: Completion, recording: Recording): string {
  const encoder = codec.encodeStream(reply(recording));
  return [...unfold(completion)].map((event) => encoder.push(event)).join('') + encoder.end();
}

/** As a client can compare it: what has no place in this dialect's answers is left out. */
function comparable(completion: Completion): unknown {
  return {
    ...withoutCharges(completion),
    parts: completion.parts.map((part) => ('signature' in part ? { ...part, signature: part.signature?.value } : part)),
  };
}

describe('every recorded answer', () => {
  const plain = good.filter(({ stream }) => !stream);
  const streamed = good.filter(({ stream }) => stream);

  test('plain and streamed ones are there', () => {
    expect(plain.length).toBeGreaterThan(50);
    expect(streamed.length).toBeGreaterThan(1);
  });

  test.each(plain.map((recording) => [recording.name, recording] as const))('%s', (_, recording) => {
    const body = recording.response.body as Loose;
    const completion = request.decodeAnswer(body);
    const [candidate] = body['candidates'] as [{ content: { parts?: Loose[] }; finishReason: string }];
    const parts = candidate.content.parts ?? [];
    // Looked at without the codec.
    expect(completion.parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('')).toBe(
      parts.map(({ text }) => (typeof text === 'string' ? text : '')).join(''),
    );
    expect(
      completion.parts.flatMap((part) => (part.type === 'tool_call' ? [[part.name, JSON.parse(part.arguments)]] : [])),
    ).toEqual(
      parts.flatMap(({ functionCall }) => {
        const call = functionCall as { name: string; args?: unknown } | undefined;
        return call === undefined ? [] : [[call.name, call.args ?? {}]];
      }),
    );
    expect(completion.parts.flatMap((part) => ('signature' in part ? (part.signature?.value ?? []) : []))).toEqual(
      parts.flatMap(({ thoughtSignature }) => (thoughtSignature as string | undefined) ?? []),
    );
    expect(completion.id).toBe(body['responseId'] as string);
    expect(completion.finish.raw).toBe(candidate.finishReason);
    expect(completion.usage).toEqual(gemini.readUsage(body));
    const { usageMetadata } = body as { usageMetadata: Record<string, number> };
    expect((completion.usage?.promptTokens ?? 0) + (completion.usage?.completionTokens ?? 0)).toBe(
      usageMetadata['totalTokenCount'] ?? 0,
    );
    const again = request.decodeAnswer(JSON.parse(JSON.stringify(codec.encodeAnswer(completion, reply(recording)))));
    expect(comparable(again)).toEqual(comparable(completion));
    const streamedAgain = completionOf(eventsOf(encodedStream(completion, recording)));
    expect(comparable(streamedAgain)).toEqual(comparable(completion));
  });

  test.each(streamed.map((recording) => [recording.name, recording] as const))('%s', (_, recording) => {
    const events = eventsOf(recording.response.body) as { candidates: { content: { parts?: Loose[] } }[] }[];
    const completion = completionOf(events);
    const parts = events.flatMap(({ candidates }) => candidates.flatMap(({ content }) => content.parts ?? []));
    expect(completion.parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('')).toBe(
      parts.map(({ text }) => (typeof text === 'string' ? text : '')).join(''),
    );
    expect(completion.parts.filter(({ type }) => type === 'tool_call')).toHaveLength(
      parts.filter(({ functionCall }) => functionCall !== undefined).length,
    );
    expect(completion.usage).toEqual(gemini.readUsage(events.at(-1)));
    const again = completionOf(eventsOf(encodedStream(completion, recording)));
    expect(comparable(again)).toEqual(comparable(completion));
  });

  test.each(streamed.map((recording) => [recording.name, recording] as const))('%s: the reader', (_, recording) => {
    const events = eventsOf(recording.response.body);
    const reader = gemini.stream.read();
    expect(events.map((event) => reader.see(event))).toContain('content');
    expect(reader.finished).toBe(true);
    expect(reader.usage).toEqual(gemini.readUsage(events.at(-1)));
    const cut = gemini.stream.read();
    for (const event of events.slice(0, -1)) cut.see(event);
    expect(cut.finished).toBe(false);
  });
});

test('a recorded error is read', () => {
  const errors = recordings.filter(({ response }) => response.status !== 200);
  expect(errors.length).toBeGreaterThan(0);
  for (const { response } of errors) {
    expect(gemini.errors.read(response.body)).toMatchObject({ status: response.status, type: 'NOT_FOUND' });
  }
});
