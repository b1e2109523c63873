import type { Conversation, Tool } from '../../../core/conversation.ts';
import { required } from '../../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../../core/unsupported-feature-error.ts';
import { takesField } from '../../../core/quirks.ts';
import type { Quirks } from '../../../core/route.ts';
import { isForced } from '../../../core/tool-choice.ts';

/**
 * The conversation with its choice of tools said as the backend takes it: what it refuses, or refuses while it thinks, is
 * not said where it goes without saying. Throws UnsupportedFeatureError for a demand that it does not take.
 */
export function withToolChoiceFor(conversation: Conversation, quirks: Quirks): Conversation {
  const { tools, toolChoice } = conversation;
  const { forcedTools, refusedThinking } = quirks;
  const isUnsaid = !takesField(quirks, 'tool_choice') || refusedThinking?.includes('tool_choice') === true;
  if (isUnsaid && toolChoice?.mode === 'auto') return { ...conversation, toolChoice: undefined };
  const isNameless = !takesField(quirks, 'tool_choice.function');
  if ((forcedTools === undefined && !isNameless) || tools.length === 0 || !isForced(toolChoice)) return conversation;
  if (forcedTools === 'never')
    throw new UnsupportedFeatureError(
      required('tool_choice', 'demands a call of a tool, which this backend leaves to the model'),
    );
  if (isNameless && toolChoice?.mode === 'tool') {
    // To demand any, and to offer no other, says the same.
    const only = tools.filter(({ name }) => name === toolChoice.name);
    return { ...conversation, tools: only, toolChoice: { mode: 'required' } };
  }
  if (forcedTools === 'named' && toolChoice?.mode !== 'tool') {
    const [only, ...others] = allowedTools(conversation).filter(({ type }) => type !== 'native');
    if (only === undefined || others.length > 0)
      throw new UnsupportedFeatureError(
        required('tool_choice', 'demands a call of any tool, and this backend can be told a name alone'),
      );
    return { ...conversation, toolChoice: { mode: 'tool', name: only.name } };
  }
  return conversation;
}

/** Whether the demand for a tool keeps the model from thinking. */
export function forbidsThinking(
  { tools, toolChoice }: Pick<Conversation, 'tools' | 'toolChoice'>,
  { forcedTools }: Quirks,
): boolean {
  return (forcedTools === 'unthinking' || forcedTools === 'named') && tools.length > 0 && isForced(toolChoice);
}

/** Throws UnsupportedFeatureError if the model thinks all the same. */
export function refuseThinking(thinks: boolean): void {
  if (thinks)
    throw new UnsupportedFeatureError(
      required('tool_choice', 'demands a call of a tool, which this model does not do while it thinks'),
    );
}

/** The tools among which the choice is: all of them, or those that it names. */
export function allowedTools({ tools, toolChoice }: Pick<Conversation, 'tools' | 'toolChoice'>): readonly Tool[] {
  if (toolChoice?.mode !== 'allowed') return tools;
  const names = new Set(toolChoice.names);
  return tools.filter(({ name }) => names.has(name));
}
