import { CompletionBuilder, type Completion } from '../../core/completion.ts';
import type { AnswerWork } from '../../core/answer-work.ts';
import { asObject } from '../../lib/json.ts';
import { MalformedAnswer } from '../codec.ts';
import { ResponsesStreamDecoder } from './decode-stream.ts';

/** Reads a whole response, as a stream with everything at its end. */
export function decodeAnswer(body: unknown, model: string, work?: AnswerWork): Completion {
  const response = asObject(body);
  if (asObject(response?.['output']) === undefined && !Array.isArray(response?.['output']))
    throw new MalformedAnswer('the answer has no output');
  const decoder = new ResponsesStreamDecoder(model, work);
  const builder = new CompletionBuilder();
  for (const event of decoder.push({ type: 'response.completed', response })) builder.push(event);
  for (const event of decoder.end()) builder.push(event);
  return builder.build();
}
