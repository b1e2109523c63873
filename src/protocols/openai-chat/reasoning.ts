import type { Reasoning } from '../../core/conversation.ts';
import { budgetFor, effortFrom, EFFORTS, nearestEffort, type Effort } from '../../core/effort.ts';
import { takesField } from '../../core/quirks.ts';
import { effortOf, measureOf, wantsThinking } from '../../core/reasoning.ts';
import type { Quirks, ThinkingControl } from '../../core/route.ts';
import type { UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asBoolean, asCount, asObject, compact, type JsonObject } from '../../lib/json.ts';
import { factsOf, type ModelFacts } from '../../vendors/models/facts.ts';
import { BY_EFFORT } from '../../vendors/thinking-controls.ts';
import { UnknownMembers } from '../shared/request/unknown-members.ts';

/** The fields for thinking: OpenAI's own and those of vendors. */
export const REASONING_FIELDS = [
  'reasoning_effort',
  'reasoning',
  'thinking',
  'enable_thinking',
  'thinking_budget',
  'include_reasoning',
  'reasoning_format',
  'chat_template_kwargs',
] as const;

/**
 * Reads `reasoning_effort`, `reasoning: {effort, max_tokens, enabled, exclude}` (OpenRouter), `thinking: {type,
 * budget_tokens}` (DeepSeek, Z.ai, Moonshot), `enable_thinking` and `thinking_budget` (Qwen), `include_reasoning` and
 * `reasoning_format` (Groq), and the members of `chat_template_kwargs` for thinking (vLLM and others).
 */
export function decodeReasoning(body: JsonObject): Reasoning | undefined {
  const [object, thinking] = [asObject(body['reasoning']), asObject(body['thinking'])];
  const effort = effortFrom(body['reasoning_effort']) ?? effortFrom(object?.['effort']);
  const reasoning = compact({
    effort,
    budgetTokens:
      asCount(object?.['max_tokens']) ?? asCount(thinking?.['budget_tokens']) ?? asCount(body['thinking_budget']),
    adaptive: thinking?.['type'] === 'adaptive' ? true : undefined,
    enabled: effort === 'none' ? false : isEnabled(body),
    visible: isVisible(body, object),
  });
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
}

/** The thinking fields that the request sets. */
export function reasoningFieldsOf(body: JsonObject): readonly string[] {
  return REASONING_FIELDS.filter((field) => {
    const value = body[field] ?? undefined;
    const object = asObject(value);
    return value !== undefined && (object === undefined || Object.keys(object).length > 0);
  });
}

/**
 * Thinking fields without a neutral form: fields in an unknown form, and unknown members of the others. Whether earlier
 * thoughts are kept only concerns the model that had them.
 */
export function unsupportedInReasoning(body: JsonObject): UnsupportedFeature[] {
  const unknown = new UnknownMembers();
  if (decodeReasoning(body) === undefined) for (const field of reasoningFieldsOf(body)) unknown.add(field);
  else for (const [field, known] of MEMBERS) unknown.check(asObject(body[field]) ?? {}, field, known);
  return unknown.unsupported;
}

/** The members that are read. */
const MEMBERS: readonly (readonly [field: string, members: ReadonlySet<string>])[] = [
  ['reasoning', new Set(['effort', 'max_tokens', 'enabled', 'exclude'])],
  ['thinking', new Set(['type', 'budget_tokens', 'clear_thinking', 'keep'])],
  ['chat_template_kwargs', new Set(['enable_thinking', 'thinking'])],
];

function isEnabled(body: JsonObject): boolean | undefined {
  const said = asBoolean(asObject(body['reasoning'])?.['enabled']) ?? asBoolean(body['enable_thinking']);
  const template = asObject(body['chat_template_kwargs']);
  return (
    said ??
    isSwitchedOn(asObject(body['thinking'])?.['type']) ??
    asBoolean(template?.['enable_thinking']) ??
    asBoolean(template?.['thinking'])
  );
}

function isSwitchedOn(word: unknown): boolean | undefined {
  return word === 'enabled' ? true : word === 'disabled' ? false : undefined;
}

function isVisible(body: JsonObject, object: JsonObject | undefined): boolean | undefined {
  if (object?.['exclude'] === true) return false;
  const format = body['reasoning_format'];
  if (typeof format === 'string') return format !== 'hidden';
  return asBoolean(body['include_reasoning']);
}

/** The thinking settings of a request. */
export interface EncodedReasoning {
  readonly fields: JsonObject;
  /** The backend does not support what the client asked for. */
  readonly isLost: boolean;
  /** The model will think, as far as is known. */
  readonly thinks: boolean;
}

/** Writes the thinking settings for the backend. `forbidden`: something else in the request rules out thinking. */
export function encodeReasoning(reasoning: Reasoning | undefined, to: Thinker, forbidden = false): EncodedReasoning {
  if (forbidden) {
    const encoded = encodeReasoning({ enabled: false }, to);
    return { ...encoded, isLost: reasoning !== undefined && wantsThinking(reasoning) === true };
  }
  const control = controlOf(to.quirks);
  const facts = factsOf(to.model);
  const fields = { ...control.always };
  const wished = reasoning === undefined ? undefined : effortOf(reasoning);
  if (wished === undefined) {
    const hidden = reasoning?.visible === false ? joined(fields, control.hide) : fields;
    return { fields: hidden, isLost: false, thinks: facts.reasons === true };
  }
  if (facts.efforts?.length === 0) return { fields, isLost: wished !== 'none', thinks: false };
  if (facts.isUntold === true) return { fields, isLost: isMeasured(reasoning, wished), thinks: true };
  if (wished === 'none') return turnedOff(fields, control, facts);
  const more = turnedOn(reasoning ?? {}, wished, control, facts);
  if (more === undefined) return { fields, isLost: true, thinks: facts.reasons === true };
  const hidden = reasoning?.visible === false ? control.hide : undefined;
  return { fields: joined(joined(fields, more), hidden), isLost: false, thinks: true };
}

/** The model, and how its backend takes thinking settings. */
interface Thinker {
  readonly model: string;
  readonly quirks: Quirks;
}

/** Leaves out the usual field, or values of it, if the backend does not take them. */
function controlOf(quirks: Quirks): ThinkingControl {
  const { thinking, fields } = quirks;
  if (thinking !== undefined || fields === undefined) return thinking ?? BY_EFFORT;
  const { effort } = BY_EFFORT;
  if (effort === undefined || !takesField(quirks, effort.field)) return {};
  const words = EFFORTS.filter((word) => takesField(quirks, `${effort.field}.${word}`));
  return words.length === EFFORTS.length ? BY_EFFORT : { effort: { ...effort, words } };
}

/** Whether the request asks for an amount of thinking, which the model cannot be told. */
function isMeasured(reasoning: Reasoning | undefined, wished: Effort): boolean {
  return wished === 'none' || measureOf(reasoning ?? {}) !== undefined;
}

function turnedOff(fields: JsonObject, control: ThinkingControl, { efforts, reasons }: ModelFacts): EncodedReasoning {
  // The backend refuses its switch for a model that always thinks.
  const isMandatory = efforts !== undefined && !efforts.includes('none');
  if (control.off !== undefined && !isMandatory)
    return { fields: joined(fields, control.off), isLost: false, thinks: false };
  const { effort } = control;
  const words = wordsOf(control, efforts);
  // Neither model nor backend takes a setting. A model that does not think by itself does what was asked.
  if (effort === undefined) return { fields, isLost: reasons !== false, thinks: reasons === true };
  const word = nearestEffort('none', words);
  return { fields: joined(fields, at(effort.field, word)), isLost: word !== 'none', thinks: word !== 'none' };
}

/** Undefined if the backend takes neither switch nor amount. */
function turnedOn(
  reasoning: Reasoning,
  wished: Exclude<Effort, 'none'>,
  control: ThinkingControl,
  { efforts }: ModelFacts,
): JsonObject | undefined {
  const { on, effort, budget } = control;
  if (on === undefined && effort === undefined && budget === undefined) return undefined;
  let fields = on ?? {};
  const tokens = reasoning.effort === undefined ? reasoning.budgetTokens : undefined;
  const isCounted = budget !== undefined && (effort === undefined || tokens !== undefined);
  // Once switched on, the model decides how much it thinks.
  const isGiven = on === undefined || measureOf(reasoning) !== undefined;
  if (isCounted && isGiven) {
    const { field, least, most = Number.POSITIVE_INFINITY } = budget;
    fields = joined(fields, at(field, Math.min(most, Math.max(least, tokens ?? budgetFor(wished)))));
  }
  if (effort !== undefined && isGiven && (!isCounted || budget.both === true)) {
    const words = wordsOf(control, efforts)?.filter((word) => word !== 'none');
    fields = joined(fields, at(effort.field, nearestEffort(wished, words)));
  }
  return fields;
}

/** The efforts that both know. A backend with efforts of its own maps them for the model. */
function wordsOf({ effort }: ThinkingControl, efforts: readonly Effort[] | undefined): readonly Effort[] | undefined {
  const words = effort?.words;
  if (words === undefined || efforts === undefined || effort?.exact === true) return words ?? efforts;
  const common = words.filter((word) => efforts.includes(word));
  return common.length === 0 ? words : common;
}

/** `{reasoning: {effort: value}}` for `reasoning.effort`. */
function at(field: string, value: unknown): JsonObject {
  const [outer = field, inner] = field.split('.');
  return { [outer]: inner === undefined ? value : { [inner]: value } };
}

/** Merges both, including objects within them. */
function joined(fields: JsonObject, more: JsonObject | undefined): JsonObject {
  if (more === undefined) return fields;
  const result: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries(more)) {
    const [own, other] = [asObject(result[name]), asObject(value)];
    result[name] = own !== undefined && other !== undefined ? joined(own, other) : value;
  }
  return result;
}
