import { asArray, asObject, asWord } from '../../lib/json.ts';

/** Whether a plain body answers anything: with parts, with a reason why there are none, or that the prompt was not let through. */
export function holdsAnswer(body: unknown): boolean {
  // Some servers give a stream that was not asked for as a list.
  if (Array.isArray(body)) return body.some(holdsAnswer);
  const answer = asObject(body);
  const feedback = asObject(answer?.['promptFeedback'] ?? answer?.['prompt_feedback']);
  if (asWord(feedback?.['blockReason'] ?? feedback?.['block_reason']) !== undefined) return true;
  return asArray(answer?.['candidates']).some((value) => {
    const candidate = asObject(value);
    if (asWord(candidate?.['finishReason'] ?? candidate?.['finish_reason']) !== undefined) return true;
    const parts = asObject(candidate?.['content'])?.['parts'];
    return asObject(parts) !== undefined || asArray(parts).some((part) => Object.keys(asObject(part) ?? {}).length > 0);
  });
}
