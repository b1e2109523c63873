import { asObject, asWord } from '../../lib/json.ts';
import type { AnswerFacts } from '../protocol.ts';

/** What a message says of itself. */
export function readFacts(body: unknown): AnswerFacts {
  const message = asObject(body);
  return {
    id: asWord(message?.['id']),
    model: asWord(message?.['model']),
    finishReason: asWord(message?.['stop_reason']),
  };
}
