import type { Conversation, Leftover, OutputFormat, Reasoning, Settings, Turn } from '../../core/conversation.ts';
import { effortFrom } from '../../core/effort.ts';
import { asArray, asBoolean, asNumber, asObject, asString, asWord, compact, type JsonObject } from '../../lib/json.ts';
import type { RequestHead } from '../codec.ts';
import { leftoversOf, refuseField, type FieldRules } from '../fields.ts';
import { decodeParts, decodeTexts, wantsCitations } from './decode-parts.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';

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
  const { messages } = body;
  if (!Array.isArray(messages)) refuseField('messages', 'has to be a list');
  const tools = decodeTools(body['tools']);
  return {
    system: decodeTexts(body['system'], 'system'),
    turns: asArray(messages).map(turnFrom),
    tools,
    ...compact({
      toolChoice: decodeToolChoice(body['tool_choice'], tools),
      output: decodeOutput(body),
      reasoning: decodeReasoning(body),
    }),
    settings: decodeSettings(body),
    stream,
    wantsUsage: true,
    leftovers: [...leftoversOf(body, RULES), ...furtherLeftovers(body)],
  };
}

function turnFrom(value: unknown, index: number): Turn {
  const field = `messages[${index}]`;
  const message = asObject(value) ?? refuseField(field, 'has to be an object');
  const role = message['role'];
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    return refuseField(`${field}.role`, 'has to be one of `user`, `assistant` and `system`');
  }
  return { role, parts: decodeParts(message['content'], `${field}.content`) };
}

function decodeSettings(body: JsonObject): Settings {
  const stop = asArray(body['stop_sequences']).filter((sequence) => typeof sequence === 'string');
  const single = asBoolean(asObject(body['tool_choice'])?.['disable_parallel_tool_use']);
  return compact({
    maxTokens: asNumber(body['max_tokens']),
    temperature: asNumber(body['temperature']),
    topP: asNumber(body['top_p']),
    topK: asNumber(body['top_k']),
    stop: stop.length === 0 ? undefined : stop,
    parallelToolCalls: single === undefined ? undefined : !single,
    user: asWord(asObject(body['metadata'])?.['user_id']),
  });
}

function decodeReasoning(body: JsonObject): Reasoning | undefined {
  const thinking = asObject(body['thinking']);
  const effort = effortFrom(asObject(body['output_config'])?.['effort']);
  const visible = thinking?.['display'] !== 'omitted';
  switch (thinking?.['type']) {
    case 'enabled':
      return { enabled: true, visible, ...compact({ budgetTokens: asNumber(thinking['budget_tokens']), effort }) };
    case 'adaptive':
      return { enabled: true, adaptive: true, visible, ...compact({ effort }) };
    case 'disabled':
    case 'between_tools':
      return { enabled: false };
    default:
      return effort === undefined ? undefined : { effort };
  }
}

/** `output_format` is what `output_config.format` was called before. */
function decodeOutput(body: JsonObject): OutputFormat | undefined {
  const format = asObject(asObject(body['output_config'])?.['format']) ?? asObject(body['output_format']);
  if (format === undefined) return undefined;
  const schema = asObject(format['schema']) ?? refuseField('output_config.format.schema', 'has to be an object');
  return { type: 'schema', schema, strict: true };
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
