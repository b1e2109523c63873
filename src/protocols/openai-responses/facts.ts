import { asObject, asWord } from '../../lib/json.ts';
import type { AnswerFacts } from '../protocol.ts';

/** What a response says of itself. One that is incomplete says why. */
export function readFacts(body: unknown): AnswerFacts {
  const response = asObject(body);
  const why = asWord(asObject(response?.['incomplete_details'])?.['reason']);
  return {
    id: asWord(response?.['id']),
    model: asWord(response?.['model']),
    finishReason: why ?? asWord(response?.['status']),
  };
}
