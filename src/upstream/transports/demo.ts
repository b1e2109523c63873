import type { Clock } from '../../lib/clock.ts';
import { PLAYED_MODELS } from '../../vendors/demo-world.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Answer, Question } from './demo/answer.ts';
import { answerChat } from './demo/chat.ts';
import { answerCompletion } from './demo/completion.ts';
import { answerEmbeddings } from './demo/embedding.ts';
import { DemoError, failureFor, unknownModel, unknownPath, wrongMethod } from './demo/error.ts';
import { breakOff, eventStream, pause } from './demo/pace.ts';
import { readBody } from './demo/parse.ts';

/** One request as a backend gets it. */
export interface DemoRequest {
  readonly method: string;
  /** What follows the backend's base URL, with or without a query: `/chat/completions`, `/models`, … */
  readonly path: string;
  readonly body: string | Uint8Array | undefined;
  /** Aborts the wait for an answer and the answer itself, with its own reason. */
  readonly signal: AbortSignal | undefined;
}

/** Stands in for `fetch`: resolves with an answer, an error answer included; rejects where a connection would fail. */
export type Demo = (request: DemoRequest) => Promise<Response>;

/** What tests change of the demo: where its time comes from, and how fast it talks. */
export interface DemoOptions {
  readonly clock?: Clock;
  /** The pause before each streamed word; 30 unless told. */
  readonly wordDelayMs?: number;
}

/**
 * The embedded model: a provider speaking OpenAI's API, in process, the same answer for the same request.
 * Its model names say how it behaves; `demo-flaky` counts its requests for each demo made here.
 */
export function createDemo({ clock = systemClock, wordDelayMs = 30 }: DemoOptions = {}): Demo {
  const state: State = { clock, wordDelayMs, flakyRequests: 0 };
  return async (request) => {
    request.signal?.throwIfAborted();
    try {
      return await route(request, state);
    } catch (error) {
      if (error instanceof DemoError) return error.toResponse();
      throw error;
    }
  };
}

interface State {
  readonly clock: Clock;
  readonly wordDelayMs: number;
  flakyRequests: number;
}

type Endpoint = (question: Question) => Answer;

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  ['/chat/completions', answerChat],
  ['/completions', answerCompletion],
  ['/embeddings', answerEmbeddings],
]);

const LISTED_MODELS = ['demo', 'demo-fail-503', 'demo-flaky', 'demo-slow', 'demo-stall', 'demo-cut'];

/** The `created` of every model: listings do not change from call to call. */
const MODELS_CREATED_SECONDS = 1_767_225_600;

const SLOW_MS = 3_000;

async function route(request: DemoRequest, state: State): Promise<Response> {
  const path = request.path.replace(/[?#].*$/s, '');
  if (path === '/models' || path.startsWith('/models/')) return listModels(request.method, path);
  const endpoint = ENDPOINTS.get(path);
  if (endpoint === undefined) throw unknownPath(request.method, request.path);
  if (request.method !== 'POST') throw wrongMethod(request.method, path, 'POST');
  return answer(endpoint, request, state);
}

/** Lets the model's name decide what becomes of a request that can be read. */
async function answer(endpoint: Endpoint, { body: bytes, signal }: DemoRequest, state: State): Promise<Response> {
  const body = readBody(bytes);
  const model = body.model;
  if (!isModel(model)) throw unknownModel(model);
  const status = failStatus(model);
  if (status !== undefined) throw failureFor(status);
  if (model === 'demo-flaky' && state.flakyRequests++ % 2 === 0) throw failureFor(503);

  const hash = Bun.hash(bytes ?? '')
    .toString(16)
    .padStart(16, '0');
  const made = endpoint({ body, hash, createdSeconds: Math.floor(state.clock.wallNow() / 1000) });
  if (model === 'demo-slow') await pause(SLOW_MS, state.clock, signal);
  const breakdown = BREAKDOWNS.get(model);
  if (made.events !== undefined) {
    return new Response(eventStream(made.events, { ...state, breakdown, signal }), {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    });
  }
  if (breakdown === 'stall') await pause(Number.POSITIVE_INFINITY, state.clock, signal);
  if (breakdown === 'cut') throw breakOff();
  return Response.json(made.body);
}

const BREAKDOWNS: ReadonlyMap<string, 'stall' | 'cut'> = new Map([
  ['demo-stall', 'stall'],
  ['demo-cut', 'cut'],
]);

function isModel(name: string): boolean {
  return LISTED_MODELS.includes(name) || PLAYED_MODELS.includes(name) || failStatus(name) !== undefined;
}

/** The status that a `demo-fail-<status>` asks for: 400 to 599. */
function failStatus(model: string): number | undefined {
  const match = /^demo-fail-([45]\d\d)$/.exec(model);
  return match === null ? undefined : Number(match[1]);
}

function listModels(method: string, path: string): Response {
  if (method !== 'GET' && method !== 'HEAD') throw wrongMethod(method, path, 'GET');
  if (path === '/models') return Response.json({ object: 'list', data: LISTED_MODELS.map(describeModel) });
  const id = decode(path.slice('/models/'.length));
  if (!isModel(id)) throw unknownModel(id);
  return Response.json(describeModel(id));
}

function describeModel(id: string): object {
  return { id, object: 'model', created: MODELS_CREATED_SECONDS, owned_by: 'llm-proxy' };
}

/** Undoes percent encoding; what is no valid encoding stays as it is and so names no model. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
