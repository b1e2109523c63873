import { asList, asObject, asWord } from '../../lib/json.ts';

/** Whether a plain body is an answer: it holds content, calls, thoughts, or the reason why there is nothing more. */
export function holdsAnswer(body: unknown): boolean {
  return asList(asObject(body)?.['choices']).some(answers);
}

function answers(value: unknown): boolean {
  const choice = asObject(value);
  if (choice === undefined) return false;
  if (asWord(choice['finish_reason']) !== undefined || asWord(choice['text']) !== undefined) return true;
  return hasContent(choice['message']) || hasContent(choice['delta']);
}

/** Whether a message or delta has content: any member but the role that is not null or empty. */
export function hasContent(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return typeof message === 'string' && message !== '';
  const fields = message as Record<string, unknown>;
  for (const name in fields) {
    if (name === 'role') continue;
    const value = fields[name];
    if (value === null || value === undefined || value === '') continue;
    if (Array.isArray(value) && value.length === 0) continue;
    return true;
  }
  return false;
}
