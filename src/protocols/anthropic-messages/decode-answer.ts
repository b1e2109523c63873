import { CompletionBuilder, type Completion } from '../../core/completion.ts';
import type { AnswerWork } from '../../core/answer-work.ts';
import { asList, asObject } from '../../lib/json.ts';
import { MalformedAnswer } from '../codec.ts';
import { MessageStreamDecoder, type Expected } from './decode-stream.ts';

/** Reads a whole message, as a stream in which every block comes at once. */
export function decodeAnswer(body: unknown, expected: Expected, work?: AnswerWork): Completion {
  const message = asObject(body);
  const content = blocksOf(message?.['content']);
  if (message === undefined || content === undefined) {
    throw new MalformedAnswer('the answer is no message: it has no `content`');
  }
  const builder = new CompletionBuilder();
  const decoder = new MessageStreamDecoder(expected, work);
  const events = [
    { type: 'message_start', message },
    ...content.flatMap((block, index) => [
      { type: 'content_block_start', index, content_block: block },
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: message },
  ];
  for (const event of events) for (const said of decoder.push(event)) builder.push(said);
  for (const said of decoder.end()) builder.push(said);
  return builder.build();
}

/** Some backends send the text alone, or a single block without its list. */
function blocksOf(content: unknown): readonly unknown[] | undefined {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return typeof content === 'object' && content !== null ? asList(content) : undefined;
}
