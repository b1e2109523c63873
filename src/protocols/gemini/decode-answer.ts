import { CompletionBuilder, type Completion } from '../../core/completion.ts';
import type { AnswerWork } from '../../core/answer-work.ts';
import { asList, asObject } from '../../lib/json.ts';
import { MalformedAnswer } from '../codec.ts';
import { fieldsOf } from './camel-case.ts';
import type { Reading } from './decode-calls.ts';
import { GeminiStreamDecoder } from './decode-stream.ts';

/** Reads a GenerateContentResponse, as a stream of one chunk. */
export function decodeAnswer(body: unknown, reading: Reading, work?: AnswerWork): Completion {
  // Some servers send a stream that nobody asked for as a list.
  const chunks = (Array.isArray(body) ? body : [body]).map(fieldsOf);
  if (
    !chunks.some(
      (chunk) =>
        asList(chunk?.['candidates']).length > 0 ||
        asObject(chunk?.['promptFeedback']) !== undefined ||
        Array.isArray(chunk?.['candidates']),
    )
  ) {
    throw new MalformedAnswer('the answer has neither `candidates` nor `promptFeedback`');
  }
  const builder = new CompletionBuilder();
  const decoder = new GeminiStreamDecoder(reading, work);
  for (const chunk of chunks) for (const event of decoder.push(chunk)) builder.push(event);
  for (const event of decoder.end()) builder.push(event);
  return builder.build();
}
