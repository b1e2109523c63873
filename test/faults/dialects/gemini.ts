import type { Json } from '../../kit/json.ts';
import type { BackendDialect, ClientDialect, ErrorSaid, StreamSaid } from '../dialects.ts';
import { event, readAll, readSse } from './events.ts';
import type { EventSaid } from './events.ts';

const HEAD = { modelVersion: 'upstream-model', responseId: 'resp-1' };

/** Google's Gemini API. */
export const gemini: ClientDialect & BackendDialect = {
  name: 'gemini',
  request: ({ model, stream, prompt, key }) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    headers: { 'x-goog-api-key': key },
    body: { contents: [{ role: 'user', parts: [{ text: prompt }] }] },
  }),
  readAnswer: (body) => readAll([chunkSaid(body)]),
  readError: (body) => errorIn(Array.isArray(body) ? body[0] : body),
  readStream: (text) => readSse(text, chunkSaid),
  asked: ({ path, json }) => {
    const [, model = '', method] = /\/models\/(.+):(generateContent|streamGenerateContent\?alt=sse)$/.exec(path) ?? [];
    if (method === undefined) return undefined;
    const prompt = json.contents[0].parts.map(({ text }: Json) => text).join('');
    return { prompt, model: decodeURIComponent(model), stream: method !== 'generateContent' };
  },
  keyIn: (headers) => headers['x-goog-api-key'],
  answer: (words) => ({ ...candidate(words.join(''), 'STOP'), usageMetadata: usageOf(words.length) }),
  events: (words) => ({
    before: [event({ ...HEAD, usageMetadata: { promptTokenCount: 10 } })],
    content: words.map((text) => event(candidate(text))),
    closing: [],
    finish: [event({ ...candidate('', 'STOP'), usageMetadata: usageOf(words.length) })],
    end: '',
  }),
  error: ({ status, message, code }) => ({
    error: {
      code: status,
      message,
      status: 'A_WORD',
      details: code === null ? [] : [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code }],
    },
  }),
  errorEvent: (error) => event(error),
};

/** The same, whose streams are one JSON array, with the key in the query. */
export const geminiArray: ClientDialect = {
  ...gemini,
  name: 'gemini, in an array',
  request: (ask) => {
    const { path, body } = gemini.request(ask);
    return { path: `${path.replace('?alt=sse', '')}?key=${ask.key}`, headers: {}, body };
  },
  readStream: (text) => {
    const whole = parsed(text);
    if (whole !== undefined) return readArray(whole, true);
    const open = parsed(`${text}]`);
    if (open === undefined) throw new Error(`no JSON, not even with its bracket closed: ${text.slice(-200)}`);
    return readArray(open, false);
  },
};

function readArray(chunks: Json, ended: boolean): StreamSaid {
  const said = readAll(chunks.map(chunkSaid));
  if (said.error !== undefined && ended && chunks.length > 1) throw new Error('an error in an array that looks whole');
  return { ...said, ended: ended && said.ended };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function candidate(text: string, finishReason?: string): Json {
  return { ...HEAD, candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason, index: 0 }] };
}

function chunkSaid(chunk: Json): EventSaid & { said: string; finished: boolean } {
  const [one] = chunk.candidates ?? [];
  const text = one?.content?.parts?.map((part: Json) => part.text).join('') ?? '';
  const finished = one?.finishReason === 'STOP';
  const ended = one?.finishReason !== undefined;
  return { text, said: text, finished, ended, error: errorIn(chunk) };
}

function usageOf(output: number): Json {
  return { promptTokenCount: 10, candidatesTokenCount: output, totalTokenCount: 10 + output };
}

function errorIn({ error }: Json): ErrorSaid | undefined {
  if (error === undefined) return undefined;
  if (typeof error.status !== 'string' || typeof error.code !== 'number') throw new Error('an error without a status');
  return { message: error.message, code: error.details?.find(({ reason }: Json) => reason !== undefined)?.reason };
}
