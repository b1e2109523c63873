import { asList, asObject, asWord } from '../../lib/json.ts';

/** Whether a plain body is an answer: it holds items, or a status that says why there are none. */
export function holdsAnswer(body: unknown): boolean {
  const response = asObject(body);
  if (response === undefined) return false;
  if (asList(response['output']).some((item) => asObject(item) !== undefined)) return true;
  const status = asWord(response['status']);
  if (status !== 'incomplete') return status !== undefined;
  return asWord(asObject(response['incomplete_details'])?.['reason']) !== undefined;
}
