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

/** A request of about `bytes` bytes that is one picture in base64, and a question about it. */
export function pictureBody(bytes: number): string {
  const question = { type: 'text', text: 'What is in this picture? Answer in one sentence.' };
  const bodyWith = (picture: string): string => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } };
    const messages = [{ role: 'user', content: [question, image] }];
    return JSON.stringify({ model: 'bench', max_tokens: 1000, temperature: 0.7, messages });
  };
  const picture = crypto.getRandomValues(Buffer.alloc(48 * 1024)).toString('base64');
  const length = Math.floor((bytes - bodyWith('').length) / 4) * 4;
  return bodyWith(picture.repeat(Math.ceil(length / picture.length)).slice(0, length));
}

function prose(length: number): string {
  return PROSE.repeat(Math.ceil(length / PROSE.length)).slice(0, length);
}
