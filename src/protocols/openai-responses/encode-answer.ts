import { AnswerWork } from '../../core/answer-work.ts';
import { unfold, type Completion } from '../../core/completion.ts';
import type { Reply } from '../codec.ts';
import { SILENT } from './event-sink.ts';
import { encodeFinish } from './finish.ts';
import { OutputWriter } from './output-writer.ts';
import { itemIds, keeperOf, ResponseFrame } from './response-object.ts';

/** Writes a whole response. */
export function encodeAnswer(completion: Completion, reply: Reply): unknown {
  const writer = new OutputWriter({
    conversation: reply.conversation,
    sink: SILENT,
    newId: itemIds(reply),
    keep: keeperOf(reply),
    work: reply.work ?? new AnswerWork(),
  });
  for (const event of unfold(completion)) writer.push(event);
  const ending = encodeFinish(completion.finish, writer);
  writer.close(ending.status);
  const frame = new ResponseFrame(reply, completion);
  return frame.at({ ...ending, output: writer.output, usage: completion.usage });
}
