import { asList, asObject, asWord } from '../../lib/json.ts';
import { fieldsOf } from './camel-case.ts';

/** Whether a plain body is an answer: it holds parts, the reason why there are none, or that the prompt was blocked. */
export function holdsAnswer(body: unknown): boolean {
  // Some servers send a stream that nobody asked for as a list.
  if (Array.isArray(body)) return body.some(holdsAnswer);
  const answer = fieldsOf(body);
  if (asWord(fieldsOf(answer?.['promptFeedback'])?.['blockReason']) !== undefined) return true;
  return asList(answer?.['candidates']).some((value) => {
    const candidate = fieldsOf(value);
    if (asWord(candidate?.['finishReason']) !== undefined || asWord(candidate?.['content']) !== undefined) return true;
    const parts = asObject(candidate?.['content'])?.['parts'];
    return asWord(parts) !== undefined || asList(parts).some(isSomething);
  });
}

function isSomething(part: unknown): boolean {
  return asWord(part) !== undefined || Object.keys(asObject(part) ?? {}).length > 0;
}
