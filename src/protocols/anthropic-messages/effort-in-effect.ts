import { asArray, asObject, asWord } from '../../lib/json.ts';

/**
 * The effort that applies at the end of a conversation: that of the request, unless a system turn has set another.
 * Right after a user turn with new content the change applies at once; elsewhere it applies from the next such turn.
 * Tool results are not new content. https://platform.claude.com/docs/en/build-with-claude/effort-per-message, read in
 * November 2026.
 */
export function effortInEffect(ofRequest: unknown, messages: unknown): unknown {
  let effort = ofRequest;
  let waiting: unknown;
  /** Whether the last turn that is not the system's has new content. */
  let isAnswering = false;
  for (const value of asArray(messages)) {
    const message = asObject(value);
    if (message?.['role'] === 'system') {
      const told = asWord(asObject(message['output_config'])?.['effort']);
      if (told === undefined) continue;
      waiting = told;
    } else {
      isAnswering = message?.['role'] === 'user' && hasNews(message['content']);
    }
    if (!isAnswering || waiting === undefined) continue;
    effort = waiting;
    waiting = undefined;
  }
  return effort;
}

function hasNews(content: unknown): boolean {
  return typeof content === 'string' || asArray(content).some((block) => asObject(block)?.['type'] !== 'tool_result');
}
