import { CompletionBuilder, type Completion } from '../../core/completion.ts';
import type { AnswerWork } from '../../core/answer-work.ts';
import { asObject } from '../../lib/json.ts';
import { Unintelligible } from '../codec.ts';
import type { Reading } from './decode-calls.ts';
import { GeminiStreamDecoder } from './decode-stream.ts';

/** Reads a GenerateContentResponse: a stream of one chunk. */
export function decodeAnswer(body: unknown, reading: Reading, work?: AnswerWork): Completion {
  const answer = asObject(body);
  if (!Array.isArray(answer?.['candidates']) && asObject(answer?.['promptFeedback']) === undefined) {
    throw new Unintelligible('the answer has neither `candidates` nor `promptFeedback`');
  }
  const builder = new CompletionBuilder();
  const decoder = new GeminiStreamDecoder(reading, work);
  for (const event of decoder.push(body)) builder.push(event);
  for (const event of decoder.end()) builder.push(event);
  return builder.build();
}
