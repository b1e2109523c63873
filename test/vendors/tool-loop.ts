// A thinking tool loop as agents play it, before a backend of any vendor: the agent's captured question, the vendor's
// answer with a thought and a call, and the request that goes on with the call's result.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anthropicMessages } from '../dialects/anthropic-messages.ts';
import { gemini } from '../dialects/gemini.ts';
import { openaiResponses } from '../dialects/openai-responses.ts';
import type { Dialect } from '../dialects/spoken.ts';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { json } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

/** An agent, and the dialect in which it speaks. */
export interface Agent {
  readonly name: string;
  readonly dialect: Dialect;
  /** Its first request, as it was captured; of one model and for a plain answer. */
  question(alias: string): { readonly path: string; readonly body: Json };
}

export const AGENTS: readonly Agent[] = [
  agent('claude-code', anthropicMessages),
  agent('codex', openaiResponses),
  agent('gemini-cli', gemini),
];

function agent(name: string, dialect: Dialect): Agent {
  const file = join(import.meta.dir, `../fixtures/agents/${name}/question.json`);
  const captured = JSON.parse(readFileSync(file, 'utf8')) as { path: string; body: Json };
  return {
    name,
    dialect,
    question: (alias) => {
      const { model, stream: _stream, ...body } = captured.body;
      if (model !== undefined) return { path: captured.path, body: { ...body, model: alias } };
      const path = captured.path.replace(/models\/[^?]+/, `models/${alias}:generateContent`).replace('?alt=sse', '');
      return { path, body };
    },
  };
}

/** A backend of a vendor, and how it answers the first request: with a thought and a call of the tool that it is told. */
export interface Place {
  readonly vendor: string;
  readonly model: string;
  /** More of the backend's config (`protocol`, `api_version`, `region`, …). */
  readonly backend?: object;
  /** The path that its `url` ends with; default `/v1`. */
  readonly base?: string;
  /** The answer's body, in the vendor's own form. */
  readonly answer: (tool: string, request: Json) => Json;
}

/** What the vendor was asked. */
export interface Loop {
  /** The request that asked. */
  readonly first: Json;
  /** The one that went on with the result. */
  readonly second: Json;
  readonly paths: readonly string[];
  /** What the gateway told the agent that it left out of either. */
  readonly dropped: readonly (string | undefined)[];
}

/** Plays one loop; the result of the call is `It is 42.`. Throws unless both answers are good. */
export async function playLoop({ dialect, question }: Agent, place: Place): Promise<Loop> {
  const { vendor, answer } = place;
  const { upstream, gateway } = await standIn(place);
  const before = upstream.requests.length;
  upstream.script((request) => json(200, answer(toolOf(request.json), request.json)));
  const asked = question('alias');
  const begun = await ask(gateway.url, asked.path, asked.body);
  const called = toolOf(upstream.requests[before]?.json);
  const results = dialect
    .readAnswer(begun.body)
    .items.flatMap((item) => ('call' in item ? [{ name: item.call.name, text: 'It is 42.' }] : []));
  if (results.length === 0) throw new Error(`${vendor} was to call ${called}, and the agent got no call`);
  const going = await ask(gateway.url, asked.path, dialect.followUp(asked.body, begun.body, results));
  await settled(upstream);
  const seen = upstream.requests.slice(before);
  return {
    first: seen[0]?.json,
    second: seen[1]?.json,
    paths: seen.map(({ path }) => path),
    dropped: [begun.dropped, going.dropped],
  };
}

/** A gateway before a scripted vendor. */
interface StandIn {
  readonly upstream: Upstream;
  readonly gateway: Gateway;
}

/** One for each place of a test file, however many agents play there. */
const standIns = new Map<string, Promise<StandIn>>();

/** Ends them; every file that plays loops does so when it is done. */
export async function stopStandIns(): Promise<void> {
  for (const { gateway, upstream } of await Promise.all(standIns.values())) {
    await gateway.stop();
    await upstream.stop();
  }
  standIns.clear();
}

function standIn({ vendor, model, backend, base = '/v1' }: Place): Promise<StandIn> {
  const key = JSON.stringify([vendor, model, backend, base]);
  const known = standIns.get(key);
  if (known !== undefined) return known;
  const begun = startStandIn({ vendor, model, base, ...(backend === undefined ? {} : { backend }) });
  standIns.set(key, begun);
  return begun;
}

async function startStandIn({ vendor, model, backend, base = '/v1' }: Omit<Place, 'answer'>): Promise<StandIn> {
  const upstream = await startUpstream(json(200, {}));
  const gateway = await startGateway({
    config: {
      backends: [
        { name: 'it', vendor, url: upstream.url.replace('/v1', base), api_key: 'a-key-of-the-vendor', ...backend },
      ],
      models: { alias: { routes: [{ backend: 'it', model }] } },
      fallback: { cooldown_seconds: 0, max_retries: 0 },
    },
  });
  return { upstream, gateway };
}

async function ask(url: string, path: string, body: Json): Promise<{ body: Json; dropped: string | undefined }> {
  const answer = await send(url + path, { body });
  const { text } = await answer.whole();
  if (answer.status !== 200) throw new Error(`${answer.status}: ${text}`);
  return { body: JSON.parse(text), dropped: answer.headers['x-llm-proxy-dropped'] };
}

/** The first function that a request of any dialect offers. */
function toolOf(body: Json): string {
  const [tool] = (body?.tools ?? []).flatMap((tool: Json) => tool.functionDeclarations ?? [tool.function ?? tool]);
  return tool?.name ?? 'none';
}

/** A chat completion with a thought in the field of that name, and a call. */
export function chatCall(tool: string, thought: Json, more: Json = {}): Json {
  const call = { id: 'call_a1b2c3d4e', type: 'function', function: { name: tool, arguments: '{}' } };
  return {
    id: 'c1',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: '', ...thought, tool_calls: [call] },
        finish_reason: 'tool_calls',
      },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    ...more,
  };
}
