import type { Conversation } from '../../core/conversation.ts';
import { field, leftOut, required, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asArray, asObject, asString, compact, type JsonObject } from '../../lib/json.ts';
import type { RequestHead } from '../codec.ts';
import { type FieldRules, unsupportedFields } from '../shared/request/fields.ts';
import { decodeTexts, wantsCitations } from './decode-parts.ts';
import { decodeToolChoice, decodeTools, unsupportedInTools } from './decode-tools.ts';
import { decodeTurns } from './decode-turns.ts';
import { unsupportedMembers } from './unsupported-members.ts';
import { effortInEffect } from './effort-in-effect.ts';
import { decodeOutput } from './output.ts';
import { decodeReasoning } from './reasoning.ts';
import { decodeSettings } from './settings.ts';
import { withoutAttribution } from './system.ts';
import { toolsInEffect } from './tool-changes.ts';

const RULES: FieldRules = {
  known: new Set(
    (
      'model messages system stream max_tokens temperature top_p top_k stop_sequences tools tool_choice thinking ' +
      'output_config output_format metadata context_management thread compaction speed'
    ).split(' '),
  ),
  hints: new Set(
    (
      'cache_control service_tier betas diagnostics billing_policy user_profile_id workspace_id ' +
      'fallback_credit_token'
    ).split(' '),
  ),
  refused: { container: 'is kept at another provider' },
};

/** Clears thoughts. Other models have none of them to clear. */
const CLEARS_THOUGHTS = 'clear_thinking_';
/** Puts a summary into the answer and into later requests. */
const COMPACTS = 'compact_';

/** Reads a request for a message, or a request to count tokens. */
export function decodeRequest(body: JsonObject, { stream }: RequestHead): Conversation {
  const turns = decodeTurns(body['messages']);
  const tools = decodeTools(toolsInEffect(body['tools'], body['messages']));
  return {
    system: decodeTexts(withoutAttribution(body['system']), 'system'),
    turns,
    tools,
    ...compact({
      toolChoice: decodeToolChoice(body['tool_choice'], tools),
      output: decodeOutput(body),
      reasoning: decodeReasoning(withEffort(body)),
    }),
    settings: decodeSettings(body),
    stream,
    wantsUsage: true,
    unsupported: [
      ...unsupportedFields(body, RULES),
      ...unsupportedInTools(body['tools']),
      ...unsupportedMembers(body),
      ...furtherUnsupported(body),
    ],
    written: {
      reasoning: asObject(body['thinking']) === undefined ? 'output_config.effort' : 'thinking',
      output: asObject(body['output_format']) === undefined ? 'output_config.format' : 'output_format',
    },
  };
}

/** The request with the effort that applies to its last turn. */
function withEffort(body: JsonObject): JsonObject {
  const config = asObject(body['output_config']);
  const effort = effortInEffect(config?.['effort'], body['messages']);
  return effort === config?.['effort'] ? body : { ...body, output_config: { ...config, effort } };
}

function furtherUnsupported(body: JsonObject): UnsupportedFeature[] {
  const types = asArray(asObject(body['context_management'])?.['edits']).map((edit) =>
    asString(asObject(edit)?.['type']),
  );
  const compacts = types.some((type) => type?.startsWith(COMPACTS) === true);
  const edited = types.some((type) => type?.startsWith(CLEARS_THOUGHTS) !== true);
  const summarizes = (body['compaction'] ?? undefined) !== undefined;
  const budget = asObject(body['output_config'])?.['task_budget'] ?? undefined;
  const cites = asArray(body['messages']).some((message) => wantsCitations(asObject(message)?.['content']));
  const continued = asObject(body['thread'])?.['type'] === 'continue';
  return [
    ...(compacts
      ? [required('context_management', MAKES_SUMMARY)]
      : edited
        ? [leftOut(field('context_management'))]
        : []),
    ...(summarizes ? [required('compaction', MAKES_SUMMARY)] : []),
    ...(FAST.has(body['speed']) ? [leftOut(field('speed'))] : []),
    ...(budget === undefined ? [] : [leftOut(field('output_config.task_budget'))]),
    ...(cites ? [leftOut(field('citations'))] : []),
    ...(continued ? [required('thread', 'is kept at another provider')] : []),
  ];
}

/** A speed other than the usual one is a special mode of the model, with a price of its own. */
const FAST: ReadonlySet<unknown> = new Set(['fast']);

const MAKES_SUMMARY = 'asks for a summary of the conversation that only Anthropic’s API makes';
