import type { Conversation, Tool } from '../../../core/conversation.ts';
import { required } from '../../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../../core/unsupported-feature-error.ts';
import { takesField } from '../../../core/quirks.ts';
import type { Quirks } from '../../../core/route.ts';
import { isForced } from '../../../core/tool-choice.ts';

/**
 * Adapts the tool choice to the backend. A choice that it refuses, always or while the model thinks, is left out if it
 * is the default. Throws UnsupportedFeatureError for a forced choice that the backend does not support.
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
    // To force any tool and offer only this one means the same.
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

/** Whether the forced choice rules out thinking. */
export function forbidsThinking(
  { tools, toolChoice }: Pick<Conversation, 'tools' | 'toolChoice'>,
  { forcedTools }: Quirks,
): boolean {
  return (forcedTools === 'unthinking' || forcedTools === 'named') && tools.length > 0 && isForced(toolChoice);
}

/** Throws UnsupportedFeatureError if the model thinks nevertheless. */
export function refuseThinking(thinks: boolean): void {
  if (thinks)
    throw new UnsupportedFeatureError(
      required('tool_choice', 'demands a call of a tool, which this model does not do while it thinks'),
    );
}

/** The tools that the model may call: all of them, or those that the choice names. */
export function allowedTools({ tools, toolChoice }: Pick<Conversation, 'tools' | 'toolChoice'>): readonly Tool[] {
  if (toolChoice?.mode !== 'allowed') return tools;
  const names = new Set(toolChoice.names);
  return tools.filter(({ name }) => names.has(name));
}
