import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a provider is at the moment. */
export type State = 'well' | 'overloaded' | 'refusing' | 'cutting';

/** A scripted provider on a free port of this machine. */
export interface Provider {
  readonly port: number;
  state: State;
  stop(): void;
}

/** What a provider needs to know of a request. */
interface Asked {
  readonly model: string;
  readonly stream?: boolean;
}

const LATENCY_MS = 12;
const WORDS = ['Paris', ' is', ' the', ' capital', ' of', ' France.'];
/** Of a stream that is cut. */
const WORDS_BEFORE_CUT = 3;
const PROMPT_TOKENS = 14;

/** Starts a provider that answers as OpenAI or Anthropic does, in whatever state it is put. */
export async function startProvider(kind: 'openai' | 'anthropic'): Promise<Provider> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => void pieces.push(piece));
    request.on('end', () => {
      const asked = JSON.parse(Buffer.concat(pieces).toString()) as Asked;
      void answer(kind, provider.state, asked, response);
    });
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  const provider: Provider = {
    port: (server.address() as AddressInfo).port,
    state: 'well',
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
  return provider;
}

async function answer(
  kind: 'openai' | 'anthropic',
  state: State,
  { model, stream = false }: Asked,
  response: ServerResponse,
): Promise<void> {
  await Bun.sleep(LATENCY_MS);
  if (state === 'overloaded') json(response, 503, OVERLOADED);
  else if (state === 'refusing') json(response, 401, REFUSED);
  else if (kind === 'anthropic') json(response, 200, message(model));
  else if (stream) await streamed(response, model, state === 'cutting');
  else json(response, 200, completion(model));
}

const OVERLOADED = {
  error: {
    message: 'The server is currently overloaded. Please try again later.',
    type: 'server_error',
    param: null,
    code: 'server_is_overloaded',
  },
};
const REFUSED = {
  error: {
    message: 'Your API key has expired.',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  },
};

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function completion(model: string): object {
  const said = { role: 'assistant', content: WORDS.join(''), refusal: null };
  return {
    id: 'chatcmpl-night',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, message: said, logprobs: null, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: PROMPT_TOKENS,
      completion_tokens: WORDS.length,
      total_tokens: PROMPT_TOKENS + WORDS.length,
    },
  };
}

function message(model: string): object {
  return {
    id: 'msg_night',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: WORDS.join('') }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: PROMPT_TOKENS, output_tokens: WORDS.length },
  };
}

/** A stream, cut by the end of its connection where it is to be. */
async function streamed(response: ServerResponse, model: string, isCut: boolean): Promise<void> {
  const send = (delta: object, finish: string | null): boolean => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const chunk = { id: 'chatcmpl-night', object: 'chat.completion.chunk', created: 0, model, choices };
    return response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const content of isCut ? WORDS.slice(0, WORDS_BEFORE_CUT) : WORDS) {
    send({ content }, null);
    await Bun.sleep(2);
  }
  if (isCut) {
    response.destroy();
    return;
  }
  send({}, 'stop');
  response.end('data: [DONE]\n\n');
}
