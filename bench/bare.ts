// The yardstick: the least that a proxy on Bun can do and still change the model. No limits, no logs, no failover.
const upstream = process.argv[2] ?? '';
let bytesSeen = 0;

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  async fetch(request) {
    if (request.method === 'GET') return Response.json({ bytesSeen });
    const body = (await request.json()) as Record<string, unknown>;
    body['model'] = 'bench-model';
    const answer = await fetch(`${upstream}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: request.signal,
    });
    const headers = { 'content-type': answer.headers.get('content-type') ?? '' };
    if (answer.body === null || body['stream'] !== true) return new Response(answer.body, { headers });
    return new Response(counted(answer.body), { headers });
  },
});
console.log(server.port);

async function* counted(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const bytes of body) {
    bytesSeen += bytes.length;
    yield bytes;
  }
}
