import { asList, asObject, asWord } from '../../lib/json.ts';

/** Whether a plain body is an answer: it holds blocks, or the reason why there are none. */
export function holdsAnswer(body: unknown): boolean {
  const message = asObject(body);
  if (message === undefined) return false;
  return (
    asWord(message['stop_reason']) !== undefined ||
    asWord(message['content']) !== undefined ||
    asList(message['content']).some((block) => asObject(block) !== undefined)
  );
}
