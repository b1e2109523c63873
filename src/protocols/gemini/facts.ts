import { asList, asWord } from '../../lib/json.ts';
import type { AnswerFacts } from '../protocol.ts';
import { fieldsOf } from './camel-case.ts';

/** What an answer says of itself: of several candidates, the first; of a blocked prompt, why it is. */
export function readFacts(body: unknown): AnswerFacts {
  // Some servers send a stream that nobody asked for as a list.
  const answer = fieldsOf(Array.isArray(body) ? body.at(-1) : body);
  const finish = asWord(fieldsOf(asList(answer?.['candidates'])[0])?.['finishReason']);
  const blocked = asWord(fieldsOf(answer?.['promptFeedback'])?.['blockReason']);
  return {
    id: asWord(answer?.['responseId']),
    model: asWord(answer?.['modelVersion']),
    finishReason: finish ?? blocked,
  };
}
