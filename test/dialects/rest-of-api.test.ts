// Every method of the official SDKs that the gateway has no endpoint of its own for does through it what it does without.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import type { Server } from 'bun';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import OpenAI from 'openai';
import { matchEndpoint } from '../../src/server/endpoints.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { sdkCalls } from '../kit/sdk-calls.ts';
import type { SdkCall } from '../kit/sdk-calls.ts';

const KEY = 'key-of-the-proxy-5678-ab';
const PROVIDERS_KEY = 'sk-provider-key-1234567';

let provider: Server<undefined>;
let gateway: Gateway;
const atProvider: Seen[] = [];

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly key: string | undefined;
}

/** Says what it was asked. */
async function echo(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { headers } = request;
  const key = headers.get('x-api-key') ?? headers.get('x-goog-api-key') ?? headers.get('authorization');
  // Newer SDKs send keys as `Bearer`; where a provider takes both, the gateway sends the older form.
  const seen: Seen = {
    method: request.method,
    path: pathname + search,
    body: bodyOf(await request.text()),
    key: key?.replace('Bearer ', ''),
  };
  atProvider.push(seen);
  return Response.json({
    id: 'made-up-3',
    name: 'files/made-up-4',
    object: 'object',
    data: [],
    asked: { ...seen, key: undefined },
  });
}

/** The boundary of a form is another each time. */
function bodyOf(text: string): string {
  const [boundary = ''] = /^--[^\r\n]+/.exec(text) ?? [];
  return boundary === '' ? text : text.replaceAll(boundary, '--boundary');
}

beforeAll(async () => {
  provider = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: echo });
  const url = `http://127.0.0.1:${provider.port}`;
  gateway = await startGateway({
    config: {
      proxy_api_key: KEY,
      backends: [
        { name: 'openai', url: `${url}/v1`, vendor: 'openai', api_key: PROVIDERS_KEY },
        { name: 'claude', url: `${url}/v1`, protocol: 'anthropic', api_key: PROVIDERS_KEY },
        { name: 'gemini', url: `${url}/v1beta`, protocol: 'gemini', api_key: PROVIDERS_KEY },
      ],
      models: {},
      passthrough: { openai: 'openai', anthropic: 'claude', gemini: 'gemini' },
    },
  });
});

afterAll(async () => {
  await gateway.stop();
  await provider.stop(true);
});

/** What a call came to: the answer, or the error that the SDK made of it. */
async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    const response: unknown = await call();
    if (!(response instanceof Response)) return withoutHeaders(response ?? null);
    return [response.status, response.headers.get('content-type'), await response.text()];
  } catch (error) {
    return error instanceof Error ? error.constructor.name : error;
  }
}

/** Some SDKs give a response's headers with what is in it. */
function withoutHeaders(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, each: unknown) => (key === 'headers' ? undefined : each)));
}

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Calls through the gateway and without; returns the names of calls that went otherwise, and how many were passed through. */
async function compared(calls: readonly SdkCall[], make: (base: string, key: string, fetch: Fetch) => object) {
  const wrong: string[] = [];
  let passed = 0;
  const targets = { direct: `http://127.0.0.1:${provider.port}`, through: gateway.url };
  for (const { name, call } of calls) {
    let handler: string | undefined;
    const asked = async (how: keyof typeof targets) => {
      atProvider.length = 0;
      const client = make(targets[how], how === 'direct' ? PROVIDERS_KEY : KEY, async (input, init) => {
        const request = new Request(input as string, init);
        const { pathname, search } = new URL(request.url);
        handler = matchEndpoint(request, pathname, search).endpoint?.handler;
        return await fetch(request);
      });
      return { outcome: await outcomeOf(() => call(client)), seen: [...atProvider] };
    };
    const direct = await asked('direct');
    // The gateway's own endpoints have tests of their own.
    if (handler !== 'passthrough' && handler !== undefined) continue;
    const through = await asked('through');
    passed++;
    if (!Bun.deepEquals(through, direct)) wrong.push(`${name}: ${JSON.stringify({ through, direct })}`);
  }
  return { wrong, passed };
}

/** As the answer came, whatever the SDK makes of it. */
function raw(calls: readonly SdkCall[]): SdkCall[] {
  return calls.map(({ name, call }) => ({
    name,
    call: (client) => {
      const made = call(client) as { asResponse?: () => unknown };
      return made.asResponse?.() ?? made;
    },
  }));
}

const GEMINI_CALLS: readonly SdkCall[] = Object.entries<(ai: GoogleGenAI) => unknown>({
  'files.get': (ai) => ai.files.get({ name: 'files/a1' }),
  'files.list': (ai) => ai.files.list(),
  'files.delete': (ai) => ai.files.delete({ name: 'files/a1' }),
  'caches.create': (ai) => ai.caches.create({ model: 'gemini-3', config: { displayName: 'x' } }),
  'caches.get': (ai) => ai.caches.get({ name: 'cachedContents/a1' }),
  'caches.list': (ai) => ai.caches.list(),
  'caches.update': (ai) => ai.caches.update({ name: 'cachedContents/a1', config: { ttl: '60s' } }),
  'caches.delete': (ai) => ai.caches.delete({ name: 'cachedContents/a1' }),
  'batches.create': (ai) => ai.batches.create({ model: 'gemini-3', src: 'files/a1' }),
  'batches.get': (ai) => ai.batches.get({ name: 'batches/a1' }),
  'batches.list': (ai) => ai.batches.list(),
  'batches.cancel': (ai) => ai.batches.cancel({ name: 'batches/a1' }),
  'batches.delete': (ai) => ai.batches.delete({ name: 'batches/a1' }),
  'batches.createEmbeddings': (ai) => ai.batches.createEmbeddings({ model: 'e', src: { fileName: 'files/a1' } }),
  'fileSearchStores.create': (ai) => ai.fileSearchStores.create({ config: { displayName: 'x' } }),
  'fileSearchStores.get': (ai) => ai.fileSearchStores.get({ name: 'fileSearchStores/a1' }),
  'fileSearchStores.list': (ai) => ai.fileSearchStores.list(),
  'fileSearchStores.delete': (ai) => ai.fileSearchStores.delete({ name: 'fileSearchStores/a1' }),
  'fileSearchStores.importFile': (ai) =>
    ai.fileSearchStores.importFile({ fileSearchStoreName: 'fileSearchStores/a1', fileName: 'files/a1' }),
  'fileSearchStores.documents.get': (ai) =>
    ai.fileSearchStores.documents.get({ name: 'fileSearchStores/a1/documents/b2' }),
  'fileSearchStores.documents.list': (ai) => ai.fileSearchStores.documents.list({ parent: 'fileSearchStores/a1' }),
  'fileSearchStores.documents.delete': (ai) =>
    ai.fileSearchStores.documents.delete({ name: 'fileSearchStores/a1/documents/b2' }),
  'tunings.get': (ai) => ai.tunings.get({ name: 'tunedModels/a1' }),
  'tunings.list': (ai) => ai.tunings.list(),
  'models.generateImages': (ai) => ai.models.generateImages({ model: 'imagen-4', prompt: 'x' }),
  'models.generateVideos': (ai) => ai.models.generateVideos({ model: 'veo-3', prompt: 'x' }),
}).map(([name, call]) => ({ name, call: (client) => call(client as GoogleGenAI) }));

describe('each method passes', () => {
  test('of OpenAI', async () => {
    const make = (base: string, apiKey: string, fetch: Fetch) =>
      new OpenAI({ apiKey, adminAPIKey: apiKey, baseURL: `${base}/v1`, maxRetries: 0, fetch });
    const { wrong, passed } = await compared(raw(sdkCalls(make('http://x', 'x', fetch))), make);
    expect(wrong).toEqual([]);
    expect(passed).toBeGreaterThan(350);
  });

  test('of Anthropic', async () => {
    const make = (baseURL: string, apiKey: string, fetch: Fetch) =>
      new Anthropic({ apiKey, baseURL, maxRetries: 0, fetch });
    const { wrong, passed } = await compared(raw(sdkCalls(make('http://x', 'x', fetch))), make);
    expect(wrong).toEqual([]);
    expect(passed).toBeGreaterThan(380);
  });

  test('of Gemini', async () => {
    const make = (baseUrl: string, apiKey: string) =>
      new GoogleGenAI({ apiKey, apiVersion: 'v1beta', httpOptions: { baseUrl } });
    const { wrong, passed } = await compared(GEMINI_CALLS, make);
    expect(wrong).toEqual([]);
    expect(passed).toBe(GEMINI_CALLS.length);
  });
});
