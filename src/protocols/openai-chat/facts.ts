import { asList, asObject, asWord } from '../../lib/json.ts';
import type { AnswerFacts } from '../protocol.ts';

/** What a plain answer says of itself: of several choices, the first. */
export function readFacts(body: unknown): AnswerFacts {
  const answer = asObject(body);
  const choice = asObject(asList(answer?.['choices'])[0]);
  return {
    id: asWord(answer?.['id']),
    model: asWord(answer?.['model']),
    finishReason: asWord(choice?.['finish_reason']),
  };
}
