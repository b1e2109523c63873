import { asList, asObject, asWord } from '../../lib/json.ts';

/** Whether a plain body answers anything: with content, calls, thoughts, or with the reason why there is nothing more. */
export function holdsAnswer(body: unknown): boolean {
  return asList(asObject(body)?.['choices']).some(answers);
}

function answers(value: unknown): boolean {
  const choice = asObject(value);
  if (choice === undefined) return false;
  if (asWord(choice['finish_reason']) !== undefined || asWord(choice['text']) !== undefined) return true;
  return hasContent(choice['message']) || hasContent(choice['delta']);
}

/** Anything in a message or delta but the role, nulls and empties is content: text, a tool call, reasoning, a refusal, audio. */
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
