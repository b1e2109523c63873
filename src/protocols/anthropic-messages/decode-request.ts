import type { Conversation, Leftover } from '../../core/conversation.ts';
import { asArray, asObject, asString, compact, type JsonObject } from '../../lib/json.ts';
import type { RequestHead } from '../codec.ts';
import { type FieldRules, leftoversOf } from '../fields.ts';
import { decodeTexts, wantsCitations } from './decode-parts.ts';
import { decodeToolChoice, decodeTools, leftoversOfTools } from './decode-tools.ts';
import { decodeTurns } from './decode-turns.ts';
import { decodeOutput } from './output.ts';
import { decodeReasoning } from './reasoning.ts';
import { decodeSettings } from './settings.ts';

const RULES: FieldRules = {
  known: new Set(
    (
      'model messages system stream max_tokens temperature top_p top_k stop_sequences tools tool_choice thinking ' +
      'output_config output_format metadata context_management thread'
    ).split(' '),
  ),
  hints: new Set(
    (
      'cache_control service_tier speed inference_geo betas diagnostics billing_policy user_profile_id workspace_id ' +
      'fallback_credit_token'
    ).split(' '),
  ),
  refused: { container: 'is kept at another provider' },
};

/** Thoughts of other models are not there to be cleared. */
const CLEARS_THOUGHTS = 'clear_thinking_';

/** Reads a request for a message, or for the count of its tokens. */
export function decodeRequest(body: JsonObject, { stream }: RequestHead): Conversation {
  const turns = decodeTurns(body['messages']);
  const tools = decodeTools(body['tools']);
  return {
    system: decodeTexts(body['system'], 'system'),
    turns,
    tools,
    ...compact({
      toolChoice: decodeToolChoice(body['tool_choice'], tools),
      output: decodeOutput(body),
      reasoning: decodeReasoning(body),
    }),
    settings: decodeSettings(body),
    stream,
    wantsUsage: true,
    leftovers: [...leftoversOf(body, RULES), ...leftoversOfTools(body['tools']), ...furtherLeftovers(body)],
  };
}

function furtherLeftovers(body: JsonObject): Leftover[] {
  const edits = asArray(asObject(body['context_management'])?.['edits']);
  const edited = edits.some((edit) => asString(asObject(edit)?.['type'])?.startsWith(CLEARS_THOUGHTS) !== true);
  const budget = asObject(body['output_config'])?.['task_budget'] ?? undefined;
  const cites = asArray(body['messages']).some((message) => wantsCitations(asObject(message)?.['content']));
  const continued = asObject(body['thread'])?.['type'] === 'continue';
  return [
    ...(edited ? [named('context_management')] : []),
    ...(budget === undefined ? [] : [named('output_config.task_budget')]),
    ...(cites ? [named('citations')] : []),
    ...(continued ? [{ field: 'thread', weight: 'refused', why: 'is kept at another provider' } as const] : []),
  ];
}

function named(field: string): Leftover {
  return { field, weight: 'named' };
}
