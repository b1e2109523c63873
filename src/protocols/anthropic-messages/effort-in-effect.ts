import { asArray, asObject, asWord } from '../../lib/json.ts';

/**
 * The effort at the end of a conversation: that of the request, unless a system's turn has set another. Right behind a
 * user's turn with something new in it that holds from there on; anywhere else, from the next such turn on. Results of
 * tools are nothing new. https://platform.claude.com/docs/en/build-with-claude/effort-per-message, read in November 2026.
 */
export function effortInEffect(ofRequest: unknown, messages: unknown): unknown {
  let effort = ofRequest;
  let waiting: unknown;
  /** The last turn that is not the system's is one with something new. */
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
