import { asObject } from '../../lib/json.ts';
import { fieldsOf } from './camel-case.ts';

/** How much of its input identifies a request without contents. */
const INPUT_CHARACTERS = 1024;

/**
 * The part of a request that stays the same in all turns of a conversation: the system instruction, the contents up to
 * the first of the user, and the name of Google's cached content.
 */
export function conversationStart(body: Record<string, unknown>): string {
  const fields = fieldsOf(fieldsOf(body)?.['generateContentRequest'] ?? body);
  const { systemInstruction, contents, cachedContent } = fields ?? {};
  if (contents === undefined) {
    return JSON.stringify(fields?.['content'] ?? fields?.['requests'] ?? '').slice(0, INPUT_CHARACTERS);
  }
  return JSON.stringify([cachedContent, systemInstruction, beginning(contents)]);
}

function beginning(contents: unknown): unknown {
  if (!Array.isArray(contents)) return contents;
  const first = contents.findIndex((content) => asObject(content)?.['role'] !== 'model');
  return first === -1 ? contents : contents.slice(0, first + 1);
}
