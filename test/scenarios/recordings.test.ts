import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { loadRecordings } from '../kit/recordings.ts';
import type { Recording } from '../kit/recordings.ts';
import type { Reply } from '../kit/replies.ts';
import { chatAnswer, splitAt } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const RECORDINGS = [...loadRecordings('openai-chat'), ...loadRecordings('openai-embeddings')];
/** What a recording tells about its own transfer, which a replay does not repeat. */
const OF_THE_TRANSFER =
  /^(content-length|content-encoding|transfer-encoding|connection|keep-alive|date|alt-svc|set-cookie)$/;

let upstream: Upstream;
let gateway: Gateway;
/** Members of the log lines to come, by trace ID. */
const expectedLines = new Map<string, Json>();

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  gateway = await startGateway({
    config: {
      backends: [{ name: 'up', url: upstream.url }],
      models: { 'replayed/*': { routes: [{ backend: 'up', model: '*' }] } },
      fallback: { cooldown_seconds: 0, max_retries: 0 },
    },
  });
});

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

/** The answer of a recording as bytes; JSON with the blanks of some vendors. */
function bodyOf({ response }: Recording): Uint8Array {
  return Buffer.from(typeof response.body === 'string' ? response.body : JSON.stringify(response.body, null, 1));
}

function headersOf({ response }: Recording): [string, string][] {
  return Object.entries(response.headers).filter(([name]) => !OF_THE_TRANSFER.test(name.toLowerCase()));
}

/** Sends the answer of a recording, each part its own chunk and write. */
function replay(recording: Recording, parts: readonly Uint8Array[]): Reply {
  const head = headersOf(recording).map(([name, value]) => `${name}: ${value}\r\n`);
  return {
    async send(wire) {
      await wire.write(
        `HTTP/1.1 ${recording.response.status} Replayed\r\n${head.join('')}transfer-encoding: chunked\r\n\r\n`,
      );
      for (const part of parts) {
        if (part.length === 0) continue;
        await wire.write(Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]));
      }
      await wire.write('0\r\n\r\n');
    },
  };
}

/** The same splits in every run. */
function splitsOf(bytes: Uint8Array, seed: number): Uint8Array[][] {
  const offsets = fc
    .uniqueArray(fc.integer({ min: 0, max: bytes.length }), { maxLength: 40 })
    .map((all) => all.sort((a, b) => a - b));
  return [[bytes], ...fc.sample(offsets, { numRuns: 3, seed }).map((at) => splitAt(bytes, ...at))];
}

describe.each([
  ['plain', RECORDINGS.filter(({ stream }) => !stream)],
  ['streamed', RECORDINGS.filter(({ stream }) => stream)],
])('%s', (_kind, recordings) => {
  test.each(recordings.map((recording) => [recording.name, recording] as const))(
    '%s: request and answer pass byte for byte',
    async (name, recording) => {
      const whole = bodyOf(recording);
      for (const [index, parts] of splitsOf(whole, name.length).entries()) {
        upstream.script(replay(recording, parts));
        const traceId = `${name}-${index}`.slice(-128).replaceAll(/[^\w.-]/g, '_');
        const asked = JSON.stringify(
          { ...recording.request.body, model: `replayed/${recording.request.body.model}` },
          null,
          2,
        );
        const path = recording.protocol === 'openai-embeddings' ? '/v1/embeddings' : '/v1/chat/completions';
        const headers = { 'content-type': 'application/json', 'x-trace-id': traceId };
        const answer = await send(`${gateway.url}${path}`, { headers, body: asked });
        expect(await answer.ending).toBe('complete');

        expect(answer.status).toBe(recording.response.status);
        const got = Buffer.concat(answer.pieces.map(({ bytes }) => bytes));
        expect(got.toString('latin1')).toBe(Buffer.from(whole).toString('latin1'));
        for (const [header, value] of headersOf(recording)) {
          if (header !== 'x-trace-id') expect(answer.headers[header.toLowerCase()]).toBe(value);
        }
        const seen = upstream.requests.at(-1);
        expect(seen?.text).toBe(JSON.stringify(recording.request.body, null, 2));

        if (recording.response.status !== 200) continue;
        expectedLines.set(traceId, {
          status: 200,
          error_code: null,
          stream: recording.stream,
          bytes_in: Buffer.byteLength(asked),
          bytes_out: whole.length,
          ...tokensOf(recording),
        });
      }
    },
  );
});

test('the log has their sizes and the tokens that they reported', async () => {
  const lines = await eventually(() => {
    const found = new Map<string, Json>(gateway.logs().map((line) => [line.trace_id, line]));
    return [...expectedLines.keys()].every((traceId) => found.has(traceId)) && found;
  });
  for (const [traceId, expected] of expectedLines) expect(lines.get(traceId)).toMatchObject(expected);
});

/** The token counts of a recording as the log tells them. */
function tokensOf({ response, stream }: Recording): Json {
  const usage: Json = stream
    ? parseSse(response.body).json.findLast((event) => (event.usage ?? undefined) !== undefined)?.usage
    : response.body.usage;
  return {
    prompt_tokens: usage?.prompt_tokens ?? null,
    completion_tokens: usage?.completion_tokens ?? null,
    cached_tokens:
      usage?.prompt_tokens_details?.cached_tokens ??
      usage?.prompt_cache_hit_tokens ??
      usage?.cached_tokens ??
      usage?.num_cached_tokens ??
      null,
  };
}
