// The upstream of `cuts`: streams answers of three kinds, and breaks some of them off for the backend that is tried first.
// Which, and after which event, goes by the number that the request bears, so that every run and every row has the same.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CUT_BACKEND_KEY, cutOf, KINDS, kindOf, type Kind } from './cuts-plan.ts';

/** Between two events. */
const GAP_MS = 50;

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const { user } = JSON.parse(Buffer.concat(pieces).toString()) as { user: string };
  const events = eventsOf(kindOf(user));
  const isFirst = request.headers.authorization === `Bearer ${CUT_BACKEND_KEY}`;
  const cutAfter = isFirst ? cutOf(user) : undefined;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [index, event] of events.entries()) {
    if (index === cutAfter) {
      response.destroy();
      return;
    }
    response.write(event);
    await Bun.sleep(GAP_MS);
  }
  response.end('data: [DONE]\n\n');
}

function eventsOf(kind: Kind): string[] {
  const { words, pieces } = KINDS[kind];
  const texts = Array.from({ length: words }, (_, index) => chunk({ content: ` word${index}` }));
  const start = { index: 0, id: 'call_1', type: 'function', function: { name: 'edit_file', arguments: '' } };
  const args = Array.from({ length: pieces - 1 }, () => ({ index: 0, function: { arguments: 'some of it ' } }));
  const calls = pieces === 0 ? [] : [start, ...args].map((call) => chunk({ tool_calls: [call] }));
  return [...texts, ...calls, chunk({}, pieces === 0 ? 'stop' : 'tool_calls')];
}

function chunk(delta: object, finish: string | null = null): string {
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'bench-model' };
  return `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}
