// The requests that the benchmark's clients send.

const PROSE =
  'The committee met on Tuesday to discuss the "quarterly" figures; nobody had read them.\n' +
  'What follows is a summary of what was said, by whom, and what is to be done before the next meeting. ';

/** What a stream's request asks of the benchmark's upstream. */
interface StreamShape {
  alias: string;
  chunks: number;
  intervalMs: number;
}

/** A request, valid in both dialects, of about `bytes` bytes: one message if it is small, a conversation of 4 KB messages if not. */
export function chatBody(bytes: number, stream?: StreamShape): string {
  const marker = stream === undefined ? '' : `bench:${stream.chunks}:${stream.intervalMs};`;
  const first = { role: 'user', content: marker };
  const body = {
    model: stream?.alias ?? 'bench',
    max_tokens: 1000,
    ...(stream !== undefined && { stream: true }),
    temperature: 0.7,
    messages: [first],
  };
  while (JSON.stringify(body).length < bytes - 4096) {
    const role = body.messages.length % 2 === 0 ? 'user' : 'assistant';
    body.messages.push({ role, content: prose(4000) });
  }
  first.content += prose(Math.max(0, bytes - JSON.stringify(body).length));
  return JSON.stringify(body);
}

function prose(length: number): string {
  return PROSE.repeat(Math.ceil(length / PROSE.length)).slice(0, length);
}
