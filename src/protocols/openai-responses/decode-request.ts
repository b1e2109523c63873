import type { Conversation } from '../../core/conversation.ts';
import { field, leftOut, required, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asArray, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import type { RequestHead } from '../codec.ts';
import { listIn, refuseField, unsupportedFields } from '../shared/request/fields.ts';
import { configurationOf } from './configuration.ts';
import { decodeToolChoice, decodeTools, unsupportedInTools, withoutDoubles } from './decode-tools.ts';
import { decodeTurns } from './decode-turns.ts';
import { unsupportedMembers } from './unsupported-members.ts';
import { flatNames } from './namespaces.ts';
import { decodeOutput } from './output.ts';
import { decodeReasoning, unsupportedInReasoning } from './reasoning.ts';
import { storedStateOf } from './response-id.ts';
import { decodeSettings, FIELD_RULES } from './settings.ts';

/** Reads a request of this dialect. */
export function decodeRequest(body: JsonObject, { stream }: RequestHead): Conversation {
  const { instructions, tools } = body;
  if (!isAbsent(instructions) && typeof instructions !== 'string') refuseField('instructions', 'has to be a text');
  const offered = listIn(tools ?? [], 'tools');
  const input = inputOf(body);
  const flat = flatNames([...offered, ...input.flatMap((item) => asArray(asObject(item)?.['tools']))]);
  const { system, turns, tools: toolsOnTheWay } = decodeTurns(input, flat);
  const instruction = asWord(instructions);
  const toolChoice = decodeToolChoice(body['tool_choice'], flat);
  const configuration = configurationOf(body);
  const output = decodeOutput(configuration.text);
  const reasoning = decodeReasoning(configuration.reasoning);
  return {
    system: instruction === undefined ? system : [{ type: 'text', text: instruction }, ...system],
    turns,
    tools: withoutDoubles([...decodeTools(offered, flat, 'tools'), ...toolsOnTheWay]),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(output === undefined ? {} : { output }),
    ...(reasoning === undefined ? {} : { reasoning }),
    settings: decodeSettings(body),
    stream,
    wantsUsage: true,
    unsupported: [
      ...unsupportedInBody(body),
      ...unsupportedInTools(offered),
      ...unsupportedMembers(input),
      ...unsupportedInReasoning(body['reasoning']),
      ...configuration.unknown.map((path) => leftOut(field(path))),
    ],
    own: ownOf(body),
  };
}

/** The input as a list of items. */
function inputOf(body: JsonObject): readonly unknown[] {
  const { input } = body;
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (Array.isArray(input)) return input as unknown[];
  // The kept state is the input. It is reported as unsupported later.
  const isElsewhere = storedStateOf(body).length > 0 || !isAbsent(body['prompt']);
  if (isAbsent(input) && isElsewhere) return [];
  return refuseField('input', 'has to be a text or a list of items');
}

function unsupportedInBody(body: JsonObject): UnsupportedFeature[] {
  // These values are the defaults.
  const { background, truncation, ...rest } = body;
  const saying: JsonObject = {
    ...rest,
    ...(background === true ? { background } : {}),
    ...(truncation === 'disabled' ? {} : { truncation }),
  };
  const references = storedStateOf({ input: body['input'] });
  return [
    ...unsupportedFields(saying, FIELD_RULES),
    ...(references.length === 0 ? [] : [REFERENCE]),
    ...managementOf(body['context_management']),
    ...COMPACTIONS.filter(({ feature }) =>
      asArray(body['input']).some((item) => asObject(item)?.['type'] === feature.path),
    ),
  ];
}

function managementOf(value: unknown): UnsupportedFeature[] {
  const types = asArray(value).map((entry) => asObject(entry)?.['type']);
  if (types.includes('compaction')) return [required(MANAGEMENT, MAKES_SUMMARY)];
  return types.length === 0 ? [] : [leftOut(field(MANAGEMENT))];
}

const MANAGEMENT = 'context_management';
const MAKES_SUMMARY = 'asks for a summary of the conversation that only its own API makes';

/** Items with an encrypted summary of earlier turns, or a request for one. */
const COMPACTIONS = [
  ...['compaction', 'compaction_summary', 'context_compaction'].map((type) =>
    required(type, 'is a summary that is encrypted: only the provider that made it can read it'),
  ),
  required('compaction_trigger', MAKES_SUMMARY),
];

/** Fields of a request that have no neutral form and appear in its answer. */
export interface Own {
  readonly metadata: JsonObject;
  readonly truncation: string;
  /** Whether the client relies on the provider keeping the answer. OpenAI keeps it unless told otherwise. */
  readonly store: boolean;
}

function ownOf(body: JsonObject): Own {
  return {
    metadata: asObject(body['metadata']) ?? {},
    truncation: asWord(body['truncation']) ?? 'disabled',
    store: body['store'] !== false,
  };
}

const REFERENCE = required(
  'item_reference',
  'names an item that nobody here keeps any more (clients send items themselves if `store` is false)',
);

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
